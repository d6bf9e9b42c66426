# Nuvoton NPCT65x: ten tries, then it is locked for two hours each.
property 0x10e 3
property 0x114 65535
property 0x20f 10
property 0x210 7200
lacks 0x000c
lacks 0x000d
