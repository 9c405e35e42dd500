/** A module that does what a program does, and reports a change only where there is one. */
export interface Replacement {
  readonly module: string;
  /** What must stand in the arguments for that; without it the program always has a module. */
  readonly when?: RegExp;
}

const file: readonly Replacement[] = [{ module: 'file' }];
const user: readonly Replacement[] = [{ module: 'user' }];
const group: readonly Replacement[] = [{ module: 'group' }];
const aptActions = /^(?:-\S+ )*(?:install|remove|purge|update|upgrade|dist-upgrade|full-upgrade)\b/;
const compose = /^(?:-\S+ (?:[^-\s]\S* )?)*(?:up|down|start|stop|restart|create|rm|pull)\b/;

/** By the name of the program. */
export const replacements: ReadonlyMap<string, readonly Replacement[]> = new Map(
  Object.entries({
    apt: [{ module: 'apt', when: aptActions }],
    'apt-get': [{ module: 'apt', when: aptActions }],
    dpkg: [{ module: 'apt', when: /^(?:-i|--install)\b/ }],
    systemctl: [
      {
        module: 'systemd',
        when: /\b(?:start|stop|restart|reload|enable|disable|mask|unmask|daemon-reload)\b/,
      },
    ],
    service: [{ module: 'systemd', when: /\b(?:start|stop|restart|reload)$/ }],
    mkdir: file,
    rmdir: file,
    touch: file,
    rm: file,
    ln: file,
    chmod: file,
    chown: file,
    chgrp: file,
    cp: [{ module: 'copy' }],
    cat: [{ module: 'slurp', when: /^\S+$/ }],
    stat: [{ module: 'stat' }],
    sed: [{ module: 'replace', when: /^(?:-\w*i|--in-place)/ }],
    curl: [{ module: 'uri' }],
    wget: [{ module: 'get_url' }],
    tar: [{ module: 'unarchive', when: /^(?:-?\w*x|--extract|.* --extract)/ }],
    unzip: [{ module: 'unarchive' }],
    useradd: user,
    usermod: user,
    userdel: user,
    adduser: user,
    groupadd: group,
    groupmod: group,
    groupdel: group,
    mount: [{ module: 'mount', when: /\S/ }],
    umount: [{ module: 'mount' }],
    exportfs: [{ module: 'exports', when: /-\w*[ru]/ }],
    sysctl: [{ module: 'sysctl', when: /(?:^|\s)(?:-w|--write|[\w.]+=)/ }],
    crontab: [{ module: 'cron', when: /^(?!.*(?:^|\s)-l\b)/ }],
    sleep: [{ module: 'pause' }],
    docker: [
      { module: 'docker_image', when: /^(?:-\S+ )*(?:image )?(?:pull|load)\b/ },
      { module: 'docker_image', when: /^(?:-\S+ )*(?:rmi|image rm)\b/ },
      { module: 'compose', when: /^compose\b.*\b(?:up|down|start|stop|restart)\b/ },
    ],
    'docker-compose': [{ module: 'compose', when: compose }],
  } satisfies Record<string, readonly Replacement[]>),
);
