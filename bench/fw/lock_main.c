/*
 * A product that writes under one lock: s saves a record in two places, e erases a unit. Between
 * letters it works, and counts that.
 *
 * Which chip it is on is data that bench/blackout.c puts into lock_cfg before the power comes on.
 * Frames are those of each chip's protocol, written from the sources that its row in nacre/chips
 * names; nothing of that row is used.
 */
#include "bench/fw/lock.h"
#include "bench/fw/lock_cfg.h"
#include "examples/brightness/board.h"
#include "examples/start/start.h"

#include <stddef.h>

#define REG(addr) (*(volatile uint32_t *)(addr))
#define XSPI2_TCR REG(0x5200A108u)
#define TCR_DHQC 0x10000000u
#define TIM6_PSC REG(0x40001028u)
#define TIM6_ARR REG(0x4000102Cu)
#define TIM6_EGR REG(0x40001014u)
#define TIMER_CLOCK_MHZ 300u
#define RECORD_BYTES 16u
#define WORK_STEPS 16u

/* CCR of 8D-8D-8D with an opcode of two bytes: opcode alone, with address, with data and DQS. */
#define OCTAL_OPCODE 0x0000001Cu
#define OCTAL_ADDR 0x00003C1Cu
#define OCTAL_ADDR_WRITE 0x0C003C1Cu
#define OCTAL_ADDR_READ 0x2C003C1Cu

#define OCTAL_READ 0x2C00001Cu /* without an address */

/* 8S-8D-8D with an opcode of one byte. */
#define SHORT_OPCODE 0x00000004u
#define SHORT_ADDR 0x00003C04u
#define SHORT_ADDR_WRITE 0x0C003C04u
#define SHORT_READ 0x2C000004u

/* On one line, with an opcode of one byte and an address of three. */
#define SPI_OPCODE 0x00000001u
#define SPI_ADDR 0x00002101u
#define SPI_ADDR_DATA 0x01002101u
#define SPI_READ 0x01000001u

struct chip {
    uint32_t command_CCR, erase_CCR, program_CCR, status_CCR;
    uint16_t enable, program, erase, status;
    uint8_t status_dummy_clocks;
    uint8_t busy;
};

static const struct chip chips[] = {
    [LOCK_CHIP_MACRONIX_OCTAL] = {OCTAL_OPCODE, OCTAL_ADDR, OCTAL_ADDR_WRITE, OCTAL_ADDR_READ,
                                  0x06F9, 0x12ED, 0x21DE, 0x05FA, 20, 0x01},
    [LOCK_CHIP_WINBOND_SPI] = {SPI_OPCODE, SPI_ADDR, SPI_ADDR_DATA, SPI_READ,
                               0x06, 0x02, 0x20, 0x05, 0, 0x01},
    [LOCK_CHIP_MICRON_OCTAL] = {OCTAL_OPCODE, OCTAL_ADDR, OCTAL_ADDR_WRITE, OCTAL_READ,
                                0x0606, 0x1212, 0x2121, 0x0505, 8, 0x01},
    [LOCK_CHIP_INFINEON_OCTAL] = {OCTAL_OPCODE, OCTAL_ADDR, OCTAL_ADDR_WRITE, OCTAL_ADDR_READ,
                                  0x0606, 0x1212, 0x2121, 0x0505, 4, 0x01},
    [LOCK_CHIP_GIGADEVICE_OCTAL] = {SHORT_OPCODE, SHORT_ADDR, SHORT_ADDR_WRITE, SHORT_READ,
                                    0x06, 0x02, 0x20, 0x05, 8, 0x01},
};

volatile uint32_t lock_work; /* done by the application */

static uint32_t at; /* in the unit, where the next record goes */
static uint32_t record[RECORD_BYTES / 4u];
static struct lock_operation operation; /* in RAM, as lock_run wants it */

void lock_save(void);
int main(void);
void Reset_Handler(void);

static void prepare(uint32_t addr, bool is_program)
{
    const struct chip *const chip = &chips[lock_cfg.chip];
    const uint32_t hold = XSPI2_TCR & TCR_DHQC;

    operation.enable = (struct lock_command){
        .CCR = chip->command_CCR, .TCR = hold, .IR = chip->enable};
    operation.start = (struct lock_command){
        .CCR = is_program ? chip->program_CCR : chip->erase_CCR,
        .TCR = hold,
        .IR = is_program ? chip->program : chip->erase,
        .AR = addr,
        .data = is_program ? record : NULL,
        .n = is_program ? RECORD_BYTES : 0,
    };
    operation.status = (struct lock_command){
        .CCR = chip->status_CCR,
        .TCR = hold | chip->status_dummy_clocks,
        .IR = chip->status,
        .n = 2,
    };
    operation.busy = chip->busy;
}

static void erase(uint32_t unit)
{
    prepare(lock_cfg.region_addr + unit * lock_cfg.unit_bytes, false);
    lock_run(&operation);
}

/* One record in each of two places, as a store in two lanes; a full unit is erased first. */
void lock_save(void)
{
    for (uint32_t lane = 0; lane < 2u; lane++) {
        if (at == 0) erase(lane);
        prepare(lock_cfg.region_addr + lane * lock_cfg.unit_bytes + at, true);
        lock_run(&operation);
    }
    record[0]++;
    at = (at + RECORD_BYTES) % lock_cfg.unit_bytes;
}

static void work(void)
{
    static uint32_t state = 1;

    for (uint32_t i = 0; i < WORK_STEPS; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
    }
    lock_work = lock_work + 1u;
}

int main(void)
{
    board_start();
    TIM6_PSC = TIMER_CLOCK_MHZ - 1u;
    TIM6_ARR = lock_cfg.irq_us - 1u;
    TIM6_EGR = 1;
    board_write("> ");
    for (;;) {
        char letter;

        if (!board_read(&letter)) {
            work();
            continue;
        }
        if (letter == 's') lock_save();
        if (letter == 'e') erase(2);
        board_write("> ");
    }
}

__attribute__((noreturn)) void Reset_Handler(void)
{
    start_memories();
    (void)main();
    for (;;) {
    }
}

typedef void handler(void);

extern uint32_t stack_top[];

struct vectors {
    uint32_t *stack;
    handler *exceptions[15];
    handler *interrupts[156];
};

__attribute__((section(".isr_vector"), used)) static const struct vectors vectors = {
    .stack = stack_top,
    .exceptions = {Reset_Handler, start_fault, start_fault, start_fault, start_fault, start_fault,
                   0, 0, 0, 0, start_fault, start_fault, 0, start_fault, board_on_tick},
    .interrupts = {[BOARD_IRQ_TIM6] = board_on_fast_timer, [BOARD_IRQ_UART4] = board_on_uart},
};
