/*
 * The lock: RUNS FROM RAM as a whole, and names nothing that lies in flash.
 *
 * Registers as CMSIS stm32h7s7xx.h has them. The order is that of a driver that aborts what the
 * mapped mode has under way and then works in indirect mode. It waits without limits, which this
 * repository does nowhere else: a time limit needs the row's longest time, and the twin stops a run
 * that does not end.
 */
#include "bench/fw/lock.h"

#include <stddef.h>

#define XSPI2_BASE 0x5200A000u
#define REG(offset) (*(volatile uint32_t *)(XSPI2_BASE + (offset)))
#define XSPI2_CR REG(0x000u)
#define XSPI2_SR REG(0x020u)
#define XSPI2_FCR REG(0x024u)
#define XSPI2_DLR REG(0x040u)
#define XSPI2_AR REG(0x048u)
#define XSPI2_DR REG(0x050u)
#define XSPI2_DR_HALF (*(volatile uint16_t *)(XSPI2_BASE + 0x050u))
#define XSPI2_CCR REG(0x100u)
#define XSPI2_TCR REG(0x108u)
#define XSPI2_IR REG(0x110u)
#define CR_ABORT 0x00000002u
#define CR_FMODE 0x30000000u
#define CR_FMODE_READ 0x10000000u
#define SR_TCF 0x00000002u
#define SR_BUSY 0x00000020u
#define FCR_ALL 0x0000001Bu
#define CCR_ADMODE 0x00000700u

/* The mapped mode may start a read again between the abort and the change of the mode. */
static void leave_mapped_mode(uint32_t idle)
{
    do {
        if ((XSPI2_SR & SR_BUSY) != 0) {
            XSPI2_CR |= CR_ABORT;
            while ((XSPI2_SR & SR_BUSY) != 0) {
            }
        }
        XSPI2_CR = idle;
    } while (XSPI2_CR != idle);
    XSPI2_FCR = FCR_ALL;
}

static void begin(const struct lock_command *command, uint32_t mode)
{
    if (command->n != 0) XSPI2_DLR = command->n - 1u;
    XSPI2_CR = mode;
    XSPI2_TCR = command->TCR;
    XSPI2_CCR = command->CCR;
    XSPI2_IR = command->IR;
    if ((command->CCR & CCR_ADMODE) != 0) XSPI2_AR = command->AR;
}

static void end(uint32_t idle)
{
    while ((XSPI2_SR & (SR_TCF | SR_BUSY)) != SR_TCF) {
    }
    XSPI2_FCR = FCR_ALL;
    XSPI2_CR = idle;
}

static void send(const struct lock_command *command, uint32_t idle)
{
    begin(command, idle);
    if (command->data != NULL) {
        for (uint32_t i = 0; i < command->n / 4u; i++) {
            XSPI2_DR = command->data[i];
        }
    }
    end(idle);
}

static uint32_t receive(const struct lock_command *command, uint32_t idle)
{
    begin(command, idle | CR_FMODE_READ);
    while ((XSPI2_SR & SR_TCF) == 0) {
    }
    const uint32_t got = XSPI2_DR_HALF;
    end(idle);
    return got;
}

void lock_run(const struct lock_operation *operation)
{
    __asm volatile("cpsid i" ::: "memory");
    const uint32_t mapped_CR = XSPI2_CR;
    const uint32_t mapped_CCR = XSPI2_CCR;
    const uint32_t mapped_TCR = XSPI2_TCR;
    const uint32_t mapped_IR = XSPI2_IR;
    const uint32_t idle = mapped_CR & ~CR_FMODE;

    leave_mapped_mode(idle);
    send(&operation->enable, idle);
    send(&operation->start, idle);
    while ((receive(&operation->status, idle) & operation->busy) != 0) {
    }
    XSPI2_TCR = mapped_TCR;
    XSPI2_CCR = mapped_CCR;
    XSPI2_IR = mapped_IR;
    XSPI2_CR = mapped_CR;
    __asm volatile("dsb\n\tisb\n\tcpsie i" ::: "memory");
}
