/*
 * What all parts of Macronix' octal family share, as initialisers of a row: the protocol in octal
 * DTR and the array's shape.
 *
 * Sources
 *   ST      component drivers stm32-mx66uw1g45g v1.1.0, mx25uw25645g.h, mx25lm51245g.h: the same
 *           opcodes and bits in all three
 *   SFDP    dump of the MX66UW1G45G's tables, Macronix, LKML 20240722064922.606172-4
 *   MODEL   Macronix Verilog model MX66UM1G45G.v rev 1.6, a sibling without read while write
 *   EXTMEM  what ST's boot (STM32CubeH7RS 1.3.0, ExtMem Manager) sends to the MX66UW1G45G
 */
#ifndef NACRE_CHIPS_MACRONIX_OCTAL_H
#define NACRE_CHIPS_MACRONIX_OCTAL_H

#define NACRE_CHIPS_MACRONIX_OCTAL                                                                 \
    .sends_registers_twice = true,  /* MODEL: register and id bytes in octal DTR */                \
    .form =                                                                                        \
        {                                                                                          \
            .lines = 8,             /* ST: octal DTR */                                            \
            .opcode_bytes = 2,                                                                     \
            .addr_bytes = 4,                                                                       \
            .odd_byte_first = true, /* SFDP BFPT DWORD 18 bit 31; ST sets MTYP to Macronix */      \
            .read = {{.opcode = 0xEE11, .addr_lines = 8, .data_lines = 8}}, /* ST */               \
        },                                                                                         \
    .registers_have_addr = true,    /* ST, MODEL: four bytes of 0 in octal */                      \
    .unit_bytes = 4096,             /* SFDP BFPT DWORD 8: type 1 is 4 KB; ST: in all parts */      \
    .page_bytes = 256,              /* SFDP BFPT DWORD 11; ST */                                   \
    .granule_bytes = 16,            /* MODEL: a second program of 16 bytes switches ECC off */     \
    .cut_bytes = 256,               /* MODEL: a program makes all ones of the page unknown */      \
    .last_bytes = 32,               /* ES0620 2.4.5: a wrap burst with the last address hangs */   \
                                                                                                   \
    .write_enable = 0x06F9,         /* ST, as the other opcodes */                                 \
    .read_status = 0x05FA,                                                                         \
    .read_security = 0x2BD4,                                                                       \
    .read_id = 0x9F60,                                                                             \
    .program = 0x12ED,                                                                             \
    .erase = 0x21DE,                /* SFDP 4BAIT: erase type 1 with four address bytes */         \
    .program_suspend = 0xB04F,      /* SFDP BFPT DWORD 13: suspend B0h, resume 30h, for both */    \
    .program_resume = 0x30CF,                                                                      \
    .erase_suspend = 0xB04F,                                                                       \
    .erase_resume = 0x30CF,                                                                        \
    .reset_enable = 0x6699,                                                                        \
    .reset = 0x9966,                                                                               \
    .status_dummy_clocks = 20,      /* EXTMEM; the byte repeats, more than enough is well */       \
    .id_dummy_clocks = 4,           /* ST, MODEL: registers take 4; an id does not repeat */       \
    .read_sfdp = 0x5AA5,            /* ST; 20 clocks: MODEL, EXTMEM finds them so */               \
    .sfdp_dummy_clocks = 20,                                                                       \
                                                                                                   \
    .status_busy = 0x01,            /* SFDP SCCR: WIP is bit 0, WEL bit 1 of 05h */                \
    .status_enabled = 0x02,                                                                        \
    .status_never = 0xC0,           /* ST: BP3..0 lie above WEL, and nothing above them */         \
    .security_suspended = 0x0C,     /* ST: PSB bit 2, ESB bit 3 */                                 \
    .security_program_failed = 0x20, /* SFDP SCCR: P_FAIL bit 5, E_FAIL bit 6 of 2Bh */            \
    .security_erase_failed = 0x40

/* The write buffer, of the parts with banks. ST's read-while-write example: WRBI, WRCT, WRCF. */
#define NACRE_CHIPS_MACRONIX_BUFFER                                                                \
    .buffer_begin = 0x22DD,                                                                        \
    .buffer_data = 0x24DB,                                                                         \
    .buffer_confirm = 0x31CE

#endif
