/*
 * Firmware on the twin that writes when a letter is typed; see subject.h.
 */
#include "bench/subject.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LETTER_MS_MAX 20000u

__attribute__((noreturn)) static void give_up(const struct subject *subject, const char *what)
{
    struct twin_violation violation = {0};
    size_t n;
    if (subject->twin != NULL) twin_violation_get(subject->twin, &violation);
    fprintf(stderr, "bench: %s: %s %s %s\n", subject->image.elf, what, violation.symbol,
            violation.detail);
    if (subject->twin != NULL) fprintf(stderr, "%s\n", twin_uart_text(subject->twin, &n));
    exit(1);
}

uint32_t subject_work(const struct subject *subject)
{
    uint32_t work = 0;
    (void)twin_memory_read(subject->twin, subject->work_addr, &work, sizeof work);
    return work;
}

static void on_command(struct subject *subject, const struct twin_event *event)
{
    if (event->u.command.class != TWIN_COMMAND_ERASE) return;
    subject->erase_begin_ps = event->time_ps;
    subject->erase_begin_work = subject_work(subject);
    subject->erases_in_call = true;
    subject->erases_now = true;
    subject->seen.erase_busy_ps += event->u.command.busy_ps;
    subject->seen.erases++;
}

static void on_busy_end(struct subject *subject, const struct twin_event *event)
{
    if (!subject->erases_now) return;
    subject->erases_now = false;
    subject->seen.erase_ps += event->time_ps - subject->erase_begin_ps;
    /* It is told when somebody asks the chip, which may be later. */
    subject->seen.work += subject_work(subject) - subject->erase_begin_work;
    subject->seen.work_ps += twin_now_ps(subject->twin) - subject->erase_begin_ps;
}

static void on_return(struct subject *subject, const struct twin_event *event)
{
    const uint64_t ps = event->time_ps - event->u.call.call_ps;
    if (ps > subject->seen.save_longest_ps) subject->seen.save_longest_ps = ps;
    if (subject->erases_in_call) return;
    times_keep(&subject->seen.saves, ps / TWIN_PS_PER_NS);
    subject->seen.save_dark_ps += subject->call_dark_ps;
}

static void on_handler(struct subject *subject, const struct twin_event *event)
{
    times_keep(&subject->seen.latency, event->u.irq.latency_ps / TWIN_PS_PER_NS);
    if (subject->stops_at_handler) twin_stop(subject->twin);
}

static void on_event(void *context, const struct twin_event *event)
{
    struct subject *const subject = context;
    switch (event->kind) {
    case TWIN_EVENT_COMMAND:
        on_command(subject, event);
        break;
    case TWIN_EVENT_BUSY_END:
        on_busy_end(subject, event);
        break;
    case TWIN_EVENT_CALL:
        subject->call_dark_ps = 0;
        subject->erases_in_call = subject->erases_now;
        break;
    case TWIN_EVENT_BLACKOUT_END:
        subject->call_dark_ps += event->u.blackout.length_ps;
        break;
    case TWIN_EVENT_RETURN:
        on_return(subject, event);
        break;
    case TWIN_EVENT_IRQ_TAKEN:
        if (event->u.irq.exception == SUBJECT_IRQ) on_handler(subject, event);
        break;
    default:
        break;
    }
    if (subject->also != NULL) subject->also(subject->also_context, event);
}

/* Between power off and the first boot: the image's configuration is data. */
static void write_cfg(struct subject *subject, const struct subject_board *board)
{
    uint32_t addr;
    if (!twin_symbol_find(subject->twin, subject->image.cfg_symbol, &addr) ||
        !twin_chip_write(subject->twin, addr - TWIN_FLASH_BASE, board->cfg, board->cfg_bytes)) {
        give_up(subject, "its configuration is not in flash");
    }
}

void subject_type(struct subject *subject, const char *letter, uint32_t count)
{
    const struct twin_until until = {
        .text = "> ", .for_ps = LETTER_MS_MAX * TWIN_PS_PER_MS, .wall_ms = 120000};
    for (uint32_t i = 0; i < count; i++) {
        twin_uart_type(subject->twin, letter);
        const enum twin_stop stop = twin_run(subject->twin, &until);
        if (stop != TWIN_STOP_TEXT) give_up(subject, twin_stop_name(stop));
    }
}

void subject_wait(struct subject *subject, uint64_t ps)
{
    const struct twin_until until = {.for_ps = ps, .wall_ms = 120000};
    const enum twin_stop stop = twin_run(subject->twin, &until);
    if (stop != TWIN_STOP_TIME) give_up(subject, twin_stop_name(stop));
}

void subject_wait_handler(struct subject *subject)
{
    const struct twin_until until = {.for_ps = TWIN_PS_PER_MS * 1000u, .wall_ms = 120000};
    subject->stops_at_handler = true;
    const enum twin_stop stop = twin_run(subject->twin, &until);
    subject->stops_at_handler = false;
    if (stop != TWIN_STOP_ASKED) give_up(subject, twin_stop_name(stop));
}

void subject_clear(struct subject *subject)
{
    times_free(&subject->seen.latency);
    times_free(&subject->seen.saves);
    memset(&subject->seen, 0, sizeof subject->seen);
    subject->seen.begin_ps = twin_now_ps(subject->twin);
    twin_counters_clear(subject->twin);
}

void subject_start(struct subject *subject, const struct subject_image *image,
                   const struct subject_board *board)
{
    char error[TWIN_ERROR_BYTES];
    struct twin_cfg cfg;

    twin_cfg_default(&cfg);
    cfg.app_path = image->elf;
    cfg.chip = board->chip;
    cfg.write_addr = board->write_addr;
    cfg.write_bytes = board->write_bytes;
    cfg.trace_chip_reads = board->tells_reads;
    cfg.event = on_event;
    cfg.event_context = subject;
    subject->image = *image;
    subject->twin = twin_create(&cfg, error);
    if (subject->twin == NULL) give_up(subject, error);
    if (!twin_watch(subject->twin, image->save_symbol) ||
        !twin_symbol_find(subject->twin, image->work_symbol, &subject->work_addr)) {
        give_up(subject, "a symbol is missing");
    }
    subject->work_addr += image->work_offset;
    write_cfg(subject, board);
    twin_power_on(subject->twin);
    subject_type(subject, "", 1);
    subject_clear(subject);
}

void subject_end(struct subject *subject)
{
    subject_clear(subject);
    twin_destroy(subject->twin);
    subject->twin = NULL;
}
