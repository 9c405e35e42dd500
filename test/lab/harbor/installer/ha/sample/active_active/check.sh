#!/bin/bash
# Is the Harbor at this address in service? For a load balancer: exit code 0 means yes.
address=${1:?usage: check.sh ADDRESS}
status=$(curl -k -s -o /dev/null -w '%{http_code}' "http://$address")
case $status in 200) protocol=http ;; 301) protocol=https ;; *) exit 1 ;; esac
curl -k -s "$protocol://$address/api/systeminfo" | grep -q registry_url || exit 1
[ "$(curl -k -s -o /dev/null -w '%{http_code}' "$protocol://$address/api/repositories/top")" = 200 ]
