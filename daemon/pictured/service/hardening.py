"""What the units forbid the daemon and its decoders, each with the reason: systemd.exec(5), version 252."""

from typing import Final

Setting = tuple[str, str]
"""Why a line is there, and the line."""

SOCKETS: Final[Setting] = (
    "Its own commands reach it through a socket file; it speaks to no network.",
    "RestrictAddressFamilies=AF_UNIX",
)

NETWORKED: Final[Setting] = (
    "Its own commands reach it through a socket file, and it reaches the shared index by the network.",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
)
"""In place of it where the index is shared."""

NETWORKLESS: Final[tuple[Setting, ...]] = (("no network", "PrivateNetwork=yes"), ("of any kind,", "IPAddressDeny=any"))
"""What goes then."""

EVERYWHERE: Final[tuple[Setting, ...]] = (
    ("Neither the daemon nor a decoder gains rights by starting a program,", "NoNewPrivileges=yes"),
    ("nor marks a file for others to gain them,", "RestrictSUIDSGID=yes"),
    ("nor runs code that came as data,", "MemoryDenyWriteExecute=yes"),
    ("nor as code of another kind of processor,", "LockPersonality=yes"),
    ("nor in a namespace of its own,", "RestrictNamespaces=yes"),
    ("nor ahead of everything else.", "RestrictRealtime=yes"),
    SOCKETS,
    ("System calls of this machine only,", "SystemCallArchitectures=native"),
    ("those that services need,", "SystemCallFilter=@system-service"),
    ("without those that rule over others or over the machine;", "SystemCallFilter=~@privileged @resources"),
    ("any other fails like a missing permission.", "SystemCallErrorNumber=EPERM"),
    ("What a decoder had in memory is not written to disk when it breaks.", "LimitCORE=0"),
)
"""For any account, also without the right to make namespaces."""

NAMESPACES: Final[tuple[Setting, ...]] = (
    ("Files are made readable for all, as a person's own are, and writable for their owner.", "UMask=0022"),
    ("It holds none of the administrator's rights,", "CapabilityBoundingSet="),
    ("and gets none,", "AmbientCapabilities="),
    ("nor do accounts other than its own and root mean anything to it.", "PrivateUsers=yes"),
    ("Mounts of its own,", "PrivateMounts=yes"),
    ("temporary files of its own,", "PrivateTmp=yes"),
    ("no devices", "PrivateDevices=yes"),
    ("of any kind,", "DevicePolicy=closed"),
    *NETWORKLESS,
    ("no shared memory of others,", "PrivateIPC=yes"),
    ("and none is left behind;", "RemoveIPC=yes"),
    ("keys of its own,", "KeyringMode=private"),
    ("no processes of others,", "ProtectProc=invisible"),
    ("and of the kernel's files only those about itself.", "ProcSubset=pid"),
    ("The machine's name,", "ProtectHostname=yes"),
    ("its clock,", "ProtectClock=yes"),
    ("its settings,", "ProtectKernelTunables=yes"),
    ("its modules,", "ProtectKernelModules=yes"),
    ("its log", "ProtectKernelLogs=yes"),
    ("and its groups of processes are none of its business.", "ProtectControlGroups=yes"),
)
"""For the system manager. A person's own manager needs namespaces for these, which not every system allows it."""
