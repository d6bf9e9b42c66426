# Infineon SLB 9670, firmware 7.40: what most chips are like, and the salt of
# PSS that those before FIPS 186-4 make.
property 0x10e 3
property 0x114 65535
property 0x20f 32
lacks 0x000c
lacks 0x000d
salt longest @KEY@
