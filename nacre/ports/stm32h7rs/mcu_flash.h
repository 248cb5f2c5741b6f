/*
 * The internal flash of the STM32H7RS for nacre/media/mcu_flash.h: 64 KB at 08000000h in sectors of
 * 8 KB, in words of 16 bytes with an error-correcting code.
 *
 *     static struct nacre_stm32_flash internal;
 *     static struct nacre_mcu_flash flash;
 *     static const struct nacre_mcu_range boot = {0x08000000, 0x8000};
 *     const struct nacre_stm32_flash_cfg port_cfg = {.core_mhz = 600};
 *     const struct nacre_mcu_flash_cfg cfg = {{0x0800A000, 0x4000}, &boot, 1};
 *
 *     err = nacre_stm32_flash_open(&internal, &port_cfg);
 *     if (err == NACRE_OK) err = nacre_mcu_flash_open(&flash, &internal.port, &cfg);
 *
 * and the store is mounted on &flash.medium. Nothing here is ever written but sectors of that
 * region and the control register: no mass erase, no option byte.
 *
 * A read of a word that cannot be mended ends in a bus fault on this part (ST's HAL, at
 * HAL_FLASHEx_ECCD_IRQHandler). It is made with faults masked and bus faults ignored, so that none
 * is taken; how it ended is read from the flags. On parts of this maker's other families it is an
 * NMI, which nothing masks: nacre_stm32_flash_nmi is for it.
 */
#ifndef NACRE_PORTS_STM32H7RS_MCU_FLASH_H
#define NACRE_PORTS_STM32H7RS_MCU_FLASH_H

#include "nacre/check.h"
#include "nacre/err.h"
#include "nacre/mcu_port.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * No text that could be reached says how long a program or an erase takes. ST's own driver waits a
 * second for either: so do we, where nothing else is said.
 */
#define NACRE_STM32_FLASH_US_MAX 1000000u

struct nacre_stm32_flash_cfg {
    uint32_t core_mhz;       /* the fastest clock that the core will have, 1 to 1000 */
    uint32_t program_us_max; /* 0: NACRE_STM32_FLASH_US_MAX; unmeasured */
    uint32_t erase_us_max;   /* of one sector; 0: the same; unmeasured. Each 4,000,000 at most */
};

struct nacre_stm32_flash {
    struct nacre_mcu_port port; /* first */
    uint32_t program_cycles;
    uint32_t erase_cycles;
    uint32_t erase_from;        /* the cycle counter when the erase was started */
    uint32_t erase_addr;
    uint32_t found_CR;          /* before an operation, to be given back */
    volatile uint32_t reading;  /* core address of the word that is being read; 0: none */
    volatile bool has_nmi_come; /* about that word */
};

/*
 * Make it ready: starts the cycle counter if it stands still. The flash is not touched.
 *
 * flash    the caller's; must not be moved afterwards
 * Returns  NACRE_OK; NACRE_BAD_ARGUMENT: a clock or a time out of range; NACRE_CLOCK: there is no
 *          cycle counter
 * Context  privileged thread only, as all that is called through flash->port
 */
NACRE_MUST_CHECK enum nacre_err nacre_stm32_flash_open(struct nacre_stm32_flash *flash,
                                                       const struct nacre_stm32_flash_cfg *cfg);

/*
 * For the application's NMI handler, first of all: was it a read of this library that met a word
 * which cannot be mended? Then it is dealt with, and the handler returns.
 *
 *     void NMI_Handler(void)
 *     {
 *         if (nacre_stm32_flash_nmi(&internal)) return;
 *         ...
 *     }
 *
 * Returns  true: the flag was this library's and is cleared; false: not this library's, untouched
 * Cost     three register accesses
 * Context  NMI; any other handler, too
 */
bool nacre_stm32_flash_nmi(struct nacre_stm32_flash *flash);

#endif
