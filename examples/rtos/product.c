/*
 * The product, without its kernel. Each variable is written by one thread.
 */
#include "examples/rtos/product.h"

#include "examples/brightness/board.h"
#include "examples/brightness/region.h"
#include "nacre/media/nor_down.h"

#include <stdbool.h>
#include <string.h>

#define REG(addr) (*(volatile uint32_t *)(addr))
#define SYSTICK_CTRL REG(0xE000E010u)
#define NVIC_ICER_TIM6 REG(0xE000E180u + 4u * (BOARD_IRQ_TIM6 / 32u))

#define FENCE_REGION 15u
#define TICK_US 1000u
#define KEYS 8u
#define KEY_PANEL 1u
#define PANEL_WORDS 20u
#define CHANGE_TURNS 3u
#define LINE_TURNS 64u
#define DOWN_US 1000000u

static struct nacre_nor nor;
static struct nacre_store store;
static struct nacre_index_entry entries[KEYS];
static const struct product_system *around;

static volatile uint32_t shown;      /* by the panel */
static volatile uint32_t panel_turns;
static volatile uint32_t longest_ms; /* between two turns of the panel */
static volatile uint32_t downs_asked;
static volatile uint32_t saved;      /* by the thread that saves */
static volatile bool is_open;
static volatile enum nacre_err first_error;
static uint32_t downs;
static uint32_t log_turns;           /* by the log */

void product_start(void)
{
    board_start();
    SYSTICK_CTRL = 0;
    NVIC_ICER_TIM6 = 1u << (BOARD_IRQ_TIM6 % 32u);
}

enum nacre_err product_open(const struct product_system *system)
{
    const struct nacre_nor_cfg nor_cfg = {
        .chip = region.chip,
        .port = {.core_mhz = BOARD_CORE_MHZ, .mpu_region = FENCE_REGION},
        .region_addr = region.addr,
        .region_bytes = region.bytes,
        .image_bytes = region.image_bytes,
        .budget_us = region.budget_us,
        .os = system->os,
        .tick = system->tick,
        .tick_us = TICK_US,
    };
    const struct nacre_store_cfg store_cfg = {
        .medium = &nor.medium,
        .index = entries,
        .index_count = KEYS,
        .lock = system->lock,
        .assume = region.assume,
    };

    around = system;
    enum nacre_err err = nacre_nor_open(&nor, &nor_cfg);
    if (err == NACRE_OK) err = nacre_mount(&store, &store_cfg);
    if (err == NACRE_FOREIGN) err = nacre_format(&store, &store_cfg);
    first_error = err;
    is_open = err == NACRE_OK;
    return err;
}

static void note(enum nacre_err err)
{
    if (first_error == NACRE_OK) first_error = err;
}

/* ---- the thread that saves ---- */

/* The store's lock is held throughout: no thread is in the middle of a call, and none begins. */
static void go_down(void)
{
    const struct nacre_lock *const lock = around->lock;

    lock->lock(lock->context);
    enum nacre_err err = nacre_nor_quiesce(&nor, DOWN_US);
    if (err == NACRE_OK) {
        product_stop_mode();
        err = nacre_nor_resume(&nor);
    }
    lock->unlock(lock->context);
    note(err);
}

static void save(uint32_t value)
{
    uint32_t panel[PANEL_WORDS];

    for (uint32_t i = 0; i < PANEL_WORDS; i++) {
        panel[i] = value;
    }
    note(nacre_set(&store, KEY_PANEL, panel, sizeof(panel)));
    saved = value;
}

void product_save(void)
{
    const uint32_t now = shown;
    bool more;

    if (!is_open) return;
    if (downs != downs_asked) {
        downs++;
        go_down();
    }
    if (now != saved) {
        save(now);
    } else {
        note(nacre_idle(&store, &more));
    }
}

/* ---- the panel ---- */

void product_panel(void)
{
    static uint32_t last;
    const uint32_t now = *around->tick;
    char byte;

    if (panel_turns != 0 && now - last > longest_ms) longest_ms = now - last;
    last = now;
    panel_turns = panel_turns + 1u;
    if (panel_turns % CHANGE_TURNS == 0) shown = shown + 1u;
    if (board_read(&byte) && byte == 'z') downs_asked = downs_asked + 1u;
}

/* ---- the log ---- */

static void say(const char *name, uint32_t value)
{
    board_write(name);
    board_write_number(value);
}

static void say_line(void)
{
    say("saved ", saved);
    say(" panel ", panel_turns);
    say(" longest_ms ", longest_ms);
    say(" log ", log_turns);
    board_write(" ");
    board_write(nacre_err_name(first_error));
    board_write("\r\n");
}

static void check_panel(void)
{
    uint32_t panel[PANEL_WORDS];
    uint32_t length;
    const enum nacre_err err = nacre_get(&store, KEY_PANEL, panel, sizeof(panel), &length);

    if (err == NACRE_NOT_FOUND) return;
    note(err);
    for (uint32_t i = 1; i < PANEL_WORDS; i++) {
        if (err == NACRE_OK && panel[i] != panel[0]) note(NACRE_DAMAGED);
    }
}

void product_log(void)
{
    log_turns++;
    if (log_turns % LINE_TURNS == 0) {
        say_line();
        if (is_open) check_panel();
    }
}
