#!/bin/bash
# Part of the lab's stand-in for Harbor 1.5.4. Loads the images, runs prepare and starts Harbor, in the order and with
# the side effects of the script it stands in for: prepare runs again each time, and --ha moves the compose files.
set -e
cd "$(dirname "$0")"

with_notary='' with_clair='' harbor_ha=''
for option in "$@"; do
  case $option in
    --with-notary) with_notary=true ;;
    --with-clair) with_clair=true ;;
    --ha) harbor_ha=true ;;
    *) echo "Usage: ./install.sh [--with-notary] [--with-clair] [--ha]"; exit 1 ;;
  esac
done

if [ "$(id -u)" != 0 ]; then echo "Please run as root."; exit 1; fi
docker --version >/dev/null || { echo "Need to install docker(1.10.0+) first and run this script again."; exit 1; }
docker-compose --version >/dev/null || { echo "Need to install docker-compose(1.7.1+) by yourself first and run this script again."; exit 1; }

if ls harbor*.tar.gz >/dev/null 2>&1; then docker load -i harbor*.tar.gz; fi
if grep -q '^hostname *= *reg.mydomain.com' harbor.cfg; then
  echo "Please set hostname and other necessary attributes in harbor.cfg first. DO NOT use localhost or 127.0.0.1 for hostname."
  exit 1
fi

./prepare ${with_notary:+--with-notary} ${with_clair:+--with-clair} ${harbor_ha:+--ha}

files="-f docker-compose.yml${with_clair:+ -f docker-compose.clair.yml}"
if [ -n "$(docker-compose $files ps -q)" ]; then docker-compose $files down -v; fi
if [ -n "$harbor_ha" ]; then
  mv docker-compose.yml docker-compose.yml.bak
  cp ha/docker-compose.yml docker-compose.yml
  mv docker-compose.clair.yml docker-compose.clair.yml.bak
  cp ha/docker-compose.clair.yml docker-compose.clair.yml
fi
docker-compose $files up -d
echo "----Harbor has been installed and started successfully.----"
