/*
 * Things that must not be done, and a flash that gives no sense: one a start, by the letter that
 * is typed. What must come of each is said by tests/test_port.c.
 *
 *   s  read the settings' bank while it is busy      n  a status that makes no sense
 *   w  store into the mapped flash                   d  the same, and a known word that differs
 *   f  a fault inside a blackout: the data of a command are to be read from the fenced flash
 *   F  the same, and a known word that differs        e  erase a unit, and say how many NMIs came
 */
#include "examples/brightness/board.h"
#include "nacre/chips/chips.h"
#include "nacre/media/nor.h"
#include "tests/port_fw/checks.h"
#include "tests/port_fw/letters.h"

static struct nacre_nor nor;
static volatile uint32_t nmis;
static struct nacre_chip chip;

int main(void);

void checks_in_handler(void)
{
}

void checks_on_nmi(void)
{
    nmis = nmis + 1u;
}

static void say(enum nacre_err err)
{
    board_write(nacre_err_name(err));
    board_write("\r\n");
}

static void open_flash(void)
{
    const struct nacre_nor_cfg cfg = {
        .chip = &nacre_chip_mx66uw1g45g,
        .port = {.core_mhz = BOARD_CORE_MHZ, .mpu_region = 15},
        .region_addr = 0x07FE0000,
        .region_bytes = 8 * 4096,
        .image_bytes = 0x02000000,
        .budget_us = 5,
    };

    say(nacre_nor_open(&nor, &cfg));
}

static void program(void)
{
    static const uint32_t words[4] = {1, 2, 3, 4};

    say(nor.medium.ops->program(&nor.medium, 0, words, sizeof(words)));
}

/* From now on the row says that a write-enable bit is never set. */
static void make_status_senseless(void)
{
    chip = nacre_chip_mx66uw1g45g;
    chip.status_never |= chip.status_enabled;
    nor.chip = &chip;
}

static void fault_in_blackout(void)
{
    nor.job = (struct nacre_job){.op_count = 1};
    nor.job.op[0] = (struct nacre_op){
        .opcode = nor.chip->program,
        .phases = NACRE_PHASE_ADDR | NACRE_PHASE_WRITE,
        .chip_addr = 0x07FE0000u,
        .data = (uint32_t *)0x70100000u,
        .n = 16,
    };
    nacre_ctrl_frame(&nor.blackout.port.ctrl, &nor.job.op[0]);
    say(nacre_blackout_run(&nor.blackout, &nor.job));
}

static void erase(void)
{
    say(nor.medium.ops->erase_start(&nor.medium, 0));
    say(nor.medium.ops->erase_wait(&nor.medium));
    board_write_number(nmis);
    board_write("\r\n");
}

static void do_letter(char letter)
{
    switch (letter) {
    case 's':
        say(nor.medium.ops->erase_start(&nor.medium, 0));
        board_write_hex(*(volatile uint32_t *)0x77FE0000u);
        break;
    case 'w':
        *(volatile uint32_t *)0x70100000u = 0;
        break;
    case 'n':
        make_status_senseless();
        program();
        break;
    case 'd':
        make_status_senseless();
        nor.blackout.known_word = ~nor.blackout.known_word;
        program();
        break;
    case 'F':
        nor.blackout.known_word = ~nor.blackout.known_word;
        fault_in_blackout();
        break;
    case 'f':
        fault_in_blackout();
        break;
    case 'e':
        erase();
        break;
    default:
        break;
    }
}

int main(void)
{
    board_start();
    open_flash();
    letters_serve(do_letter);
}
