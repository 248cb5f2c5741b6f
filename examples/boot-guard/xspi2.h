/*
 * The registers of XSPI2 as offsets from its base, and the flags that each user of it needs.
 *
 * Source   CMSIS stm32h7s7xx.h
 */
#ifndef EXAMPLES_BOOT_GUARD_XSPI2_H
#define EXAMPLES_BOOT_GUARD_XSPI2_H

#define CR 0x000u
#define DCR1 0x008u
#define DCR2 0x00Cu
#define SR 0x020u
#define FCR 0x024u
#define DLR 0x040u
#define AR 0x048u
#define DR 0x050u
#define CCR 0x100u
#define TCR 0x108u
#define IR 0x110u
#define SR_TCF 0x00000002u
#define SR_BUSY 0x00000020u
#define FCR_ALL 0x0000001Bu

#endif
