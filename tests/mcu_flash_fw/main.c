/*
 * A store in the internal flash, by letters on the console; what it came to is told in lines.
 *
 *   o  open the medium, mount          e  erase the last unit of the region as long as it takes,
 *   s  set key 1 to the next number       and program a word of it: only where no store is mounted
 *   g  get it                          w  write a wrong key to the controller
 *   i  idle until nothing is left      m  make the flash write-back in the MPU; M as it was
 *   u  unmount                         c  the counts; l  the longest way from tick to tick
 *   x  what is left in the core's and the controller's registers; b  the same, behind a read of the
 *      word that the test breaks
 *   r  regions that must be refused
 */
#include "examples/brightness/board.h"
#include "nacre/core/store.h"
#include "nacre/media/mcu_flash.h"
#include "nacre/ports/stm32h7rs/mcu_flash.h"
#include "tests/mcu_flash_fw/tick.h"
#include "tests/port_fw/checks.h"
#include "tests/port_fw/letters.h"

#include <stddef.h>
#include <string.h>

#define REG(addr) (*(volatile uint32_t *)(addr))
#define FLASH_KEYR REG(0x52002004u)
#define FLASH_CR REG(0x52002010u)
#define FLASH_ISR REG(0x52002024u)
#define SCB_CCR REG(0xE000ED14u)
#define SCB_CFSR REG(0xE000ED28u)
#define MPU_RNR REG(0xE000ED98u)
#define MPU_RBAR REG(0xE000ED9Cu)
#define MPU_RASR REG(0xE000EDA0u)
#define MPU_REGION 8u
#define RASR_64K_WRITE_BACK 0x030B001Fu
#define CYCCNT REG(0xE0001004u)
#define UNIT 0x2000u
#define REGION 0x0800A000u
#define REGION_BYTES (3u * UNIT)
#define BROKEN 0x1F0u
#define KEY 1u
#define INDEX 8u

static struct nacre_stm32_flash internal;
static struct nacre_mcu_flash flash;
static struct nacre_store store;
static struct nacre_index_entry entries[INDEX];
static uint32_t next = 1;
static uint32_t others_nmis;

int main(void);

static const struct nacre_mcu_range in_use = {0x08000000u, 0xA000u};

static enum nacre_err open_region(uint32_t core_addr, uint32_t bytes,
                                  const struct nacre_mcu_range *used)
{
    const struct nacre_stm32_flash_cfg port_cfg = {.core_mhz = BOARD_CORE_MHZ};
    const struct nacre_mcu_flash_cfg cfg = {{core_addr, bytes}, used, 1};
    const enum nacre_err err = nacre_stm32_flash_open(&internal, &port_cfg);

    return err == NACRE_OK ? nacre_mcu_flash_open(&flash, &internal.port, &cfg) : err;
}

static void say_err(const char *name, enum nacre_err err)
{
    board_write(name);
    board_write(" ");
    board_write(nacre_err_name(err));
    if (err != NACRE_OK && internal.port.mismatch.name != NULL) {
        board_write(" ");
        board_write(internal.port.mismatch.name);
    }
    board_write("\r\n");
}

static void mount(void)
{
    const struct nacre_store_cfg cfg = {.medium = &flash.medium, .index = entries,
                                        .index_count = INDEX};
    const enum nacre_err err = open_region(REGION, REGION_BYTES, &in_use);

    say_err("open", err);
    if (err == NACRE_OK) say_err("mount", nacre_mount(&store, &cfg));
}

static void get(void)
{
    uint32_t value = 0;
    uint32_t n;
    const enum nacre_err err = nacre_get(&store, KEY, &value, sizeof value, &n);

    say_err("get", err);
    if (err != NACRE_OK) return;
    letters_say("value", value);
    next = value + 1u;
}

static void set(void)
{
    const uint32_t from = CYCCNT;
    const enum nacre_err err = nacre_set(&store, KEY, &next, sizeof next);
    const uint32_t cycles = CYCCNT - from;

    say_err("set", err);
    if (err != NACRE_OK) return;
    letters_say("set_to", next);
    letters_say("set_ns", cycles * 10u / (BOARD_CORE_MHZ / 100u));
    next++;
}

static void idle(void)
{
    bool more = true;

    while (more && nacre_idle(&store, &more) == NACRE_OK) {
    }
}

static void measure(void)
{
    static const uint8_t word[NACRE_MCU_WORD_BYTES] = {1, 2, 3};
    struct nacre_medium *const medium = &flash.medium;
    enum nacre_err err = open_region(REGION, REGION_BYTES, &in_use);
    uint32_t from = CYCCNT;

    if (err == NACRE_OK) err = medium->ops->erase_start(medium, 2u * UNIT);
    if (err == NACRE_OK) err = medium->ops->erase_wait(medium);
    say_err("erase", err);
    letters_say("erase_us", (CYCCNT - from) / BOARD_CORE_MHZ);
    from = CYCCNT;
    if (err == NACRE_OK) err = medium->ops->program(medium, 2u * UNIT, word, sizeof word);
    say_err("program", err);
    letters_say("program_us", (CYCCNT - from) / BOARD_CORE_MHZ);
}

static void set_region(uint32_t rasr)
{
    MPU_RNR = MPU_REGION;
    MPU_RBAR = 0x08000000u;
    MPU_RASR = rasr;
    __asm volatile("dsb\n\tisb" ::: "memory");
}

static void refuse(void)
{
    static const struct nacre_mcu_range little = {0x08000000u, 0x100u};

    say_err("boot", open_region(0x08000000u, UNIT, &little));
    say_err("behind", open_region(0x0800E000u, 2u * UNIT, &little));
    say_err("used", open_region(0x08008000u, UNIT, &in_use));
    say_err("code", open_region(0x08008000u, UNIT, &little));
}

static void say_counts(void)
{
    letters_say("corrected", internal.port.counts.corrected);
    letters_say("broken", internal.port.counts.broken);
    letters_say("own_nmis", internal.port.counts.nmis);
    letters_say("others_nmis", others_nmis);
    letters_say("foreign", internal.port.counts.foreign);
}

static void say_registers(void)
{
    uint32_t faultmask;

    __asm volatile("mrs %0, faultmask" : "=r"(faultmask));
    board_write("left CR ");
    board_write_hex(FLASH_CR);
    board_write(" ISR ");
    board_write_hex(FLASH_ISR);
    board_write(" BFHFNMIGN ");
    board_write_number(SCB_CCR >> 8 & 1u);
    board_write(" CFSR ");
    board_write_hex(SCB_CFSR);
    board_write(" FAULTMASK ");
    board_write_number(faultmask);
    board_write("\r\n");
}

static void read_broken(void)
{
    uint8_t word[NACRE_MCU_WORD_BYTES];

    say_err("read", flash.medium.ops->read(&flash.medium, BROKEN, word, sizeof word));
    say_registers();
}

static void do_letter(char letter)
{
    if (letter == 'o') mount();
    if (letter == 's') set();
    if (letter == 'g') get();
    if (letter == 'i') idle();
    if (letter == 'u') say_err("unmount", nacre_unmount(&store));
    if (letter == 'e') measure();
    if (letter == 'w') FLASH_KEYR = 1;
    if (letter == 'm') set_region(RASR_64K_WRITE_BACK);
    if (letter == 'M') set_region(0);
    if (letter == 'c') say_counts();
    if (letter == 'l') letters_say("longest_tick_us", tick_longest() / BOARD_CORE_MHZ);
    if (letter == 'x') say_registers();
    if (letter == 'b') read_broken();
    if (letter == 'r') refuse();
}

void checks_on_nmi(void)
{
    if (nacre_stm32_flash_nmi(&internal)) return;
    others_nmis++;
}

void checks_in_handler(void)
{
}

int main(void)
{
    board_start();
    (void)open_region(REGION, REGION_BYTES, &in_use); /* the cycle counter runs from here on */
    letters_serve(do_letter);
}
