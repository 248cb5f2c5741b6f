/*
 * The internal flash of the STM32H7RS and its controller at register level: 64 KB in sectors of
 * 8 KB and words of 16 bytes, each with an error correction of its own. It knows no CPU and no
 * clock: every entry is told the time. The state is plain data; the bytes are the caller's.
 *
 * Sources:
 *   [CMSIS] stm32h7s7xx.h: FLASH_TypeDef, FLASH_CR, FLASH_SR, FLASH_ISR, FLASH_SIZE, FLASH_IRQn
 *   [REG]   the register texts of RM0477, as kept in embassy-rs/stm32-data, flash_h7rs.yaml: keys,
 *           LOCK, PG, FW, START, the error flags, ECCSFADDR and ECCDFADDR, WRPSR
 *   [HAL]   stm32h7rsxx_hal_flash.c, _ex.c: the order of a program and an erase; that a double
 *           error is met in the bus fault; a bit of WRPSR that is 0 protects its sector
 * What none of them says is marked unmeasured where it is decided: times, what a second program, a
 * torn program and a torn erase leave, and what becomes of the buffer after an error.
 */
#ifndef TWIN_MCU_FLASH_H
#define TWIN_MCU_FLASH_H

#include <stdbool.h>
#include <stdint.h>

#define MCU_FLASH_ADDR 0x08000000u
#define MCU_FLASH_BYTES 0x10000u
#define MCU_FLASH_SECTOR_BYTES 0x2000u
#define MCU_FLASH_WORD_BYTES 16u
#define MCU_FLASH_WORDS (MCU_FLASH_BYTES / MCU_FLASH_WORD_BYTES)
#define MCU_FLASH_SECTORS (MCU_FLASH_BYTES / MCU_FLASH_SECTOR_BYTES)
#define MCU_FLASH_IRQ 8u
#define MCU_FLASH_NEVER_PS UINT64_MAX

/* What a word gives to a read. */
enum mcu_flash_word {
    MCU_FLASH_SOUND,
    MCU_FLASH_CORRECTED, /* one wrong bit: the right bytes, and SNECCERRF */
    MCU_FLASH_BROKEN,    /* more: DBECCERRF and a bus error */
    MCU_FLASH_WEAK,      /* reads as it should; a program leaves it broken */
    MCU_FLASH_UNSTABLE,  /* one read sound, the next one broken */
    MCU_FLASH_WORD_KINDS,
};

/* What a cut leaves of the word that is programmed, or of the sector that is erased. */
enum mcu_flash_torn {
    MCU_FLASH_TORN_DRAWN,    /* one of the others, from the seed */
    MCU_FLASH_TORN_NOTHING,  /* old bytes, sound */
    MCU_FLASH_TORN_COMPLETE, /* done */
    MCU_FLASH_TORN_BROKEN,   /* a word with a double error; of a sector each word of any kind */
    MCU_FLASH_TORN_CORRECTED,/* done but for one bit; of a sector half of it */
    MCU_FLASH_TORN_WEAK,     /* reads as if nothing had been programmed, or as if all were erased */
    MCU_FLASH_TORN_UNSTABLE,
    MCU_FLASH_TORN_COUNT,
};

enum mcu_flash_work { MCU_FLASH_IDLE, MCU_FLASH_PROGRAM, MCU_FLASH_ERASE };

struct mcu_flash {
    uint64_t program_ps, erase_ps; /* of a word, of a sector */
    uint64_t random;
    enum mcu_flash_torn torn;
    uint32_t acr, cr, ier, isr;
    uint32_t corrected_addr, broken_addr; /* ECCSFADDR, ECCDFADDR */
    uint32_t unprotected;    /* WRPSR: a bit for each sector that may be written */
    uint32_t keys;           /* of the unlock sequence that have come */
    bool is_shut;            /* locked until the next reset */
    uint32_t buffer_addr;    /* of the word that the write buffer collects */
    uint32_t buffer_mask;    /* a bit for each byte in it */
    uint8_t buffer[MCU_FLASH_WORD_BYTES];
    enum mcu_flash_work work;
    uint32_t work_addr;      /* from the start of the flash */
    uint64_t work_end_ps;
    uint8_t work_bytes[MCU_FLASH_WORD_BYTES];
    uint8_t word[MCU_FLASH_WORDS];     /* enum mcu_flash_word */
    uint8_t programs[MCU_FLASH_WORDS]; /* since its erase, at most 255 */
    uint32_t erases[MCU_FLASH_SECTORS];
    uint64_t program_count, erase_count, cut_count;
    uint64_t double_programs; /* of a word that was not blank */
};

/* For a call: the state, its bytes, the time. */
struct mcu_flash_at {
    struct mcu_flash *flash;
    uint8_t *bytes; /* MCU_FLASH_BYTES of them */
    uint64_t now_ps;
};

enum mcu_flash_answer {
    MCU_FLASH_TAKEN,
    MCU_FLASH_BUS_ERROR,
    MCU_FLASH_NOT_MODELLED, /* mass erase, option bytes, OTP, CRC: nothing has happened */
};

/* Locked, idle, every word sound; no times yet. */
void mcu_flash_init(struct mcu_flash *flash, uint64_t seed);
/* A reset of the system: work under way is torn (unmeasured), registers as after power on. */
void mcu_flash_reset(const struct mcu_flash_at *at);
/* The power fails: as a reset. */
void mcu_flash_power_off(const struct mcu_flash_at *at);
/* Let time pass: work that is over ends. */
void mcu_flash_advance(const struct mcu_flash_at *at);
/* When the work under way ends. */
uint64_t mcu_flash_next_ps(const struct mcu_flash *flash);
/* The level of the controller's interrupt. */
bool mcu_flash_interrupts(const struct mcu_flash *flash);

/* A register, offset in whole words. *value is written where it is MCU_FLASH_TAKEN. */
enum mcu_flash_answer mcu_flash_register_read(const struct mcu_flash *flash, uint32_t offset,
                                              uint32_t *value);
/* The same; a program or an erase may begin. */
enum mcu_flash_answer mcu_flash_register_write(const struct mcu_flash_at *at, uint32_t offset,
                                               uint32_t value);

/*
 * A load of n bytes, 1, 2 or 4, at addr from the start of the flash. The caller has waited until
 * nothing is under way: there is one bank.
 *
 * Returns  MCU_FLASH_BUS_ERROR: a word with a double error; *value is 0
 */
enum mcu_flash_answer mcu_flash_load(const struct mcu_flash_at *at, uint32_t addr, uint32_t n,
                                     uint32_t *value);
/* A store into the write buffer; the last byte of a word begins its program. */
void mcu_flash_store(const struct mcu_flash_at *at, uint32_t addr, uint32_t n, uint32_t value);

/* Bytes came from outside the bus: sound, and programmed once where they are not blank. */
void mcu_flash_loaded(const struct mcu_flash_at *at, uint32_t addr, uint32_t n);
/* Make a word of this kind; a corrected or broken one keeps its bytes. */
void mcu_flash_spoil(struct mcu_flash *flash, uint32_t addr, enum mcu_flash_word kind);

#endif
