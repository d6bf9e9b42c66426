# Nuvoton NPCT75x, firmware 7.2: SHA-384, and a session that somebody holds is in
# everybody's way after 255 others.
property 0x10e 5
property 0x114 255
property 0x20f 10
lacks 0x000d
