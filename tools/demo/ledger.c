/*
 * Saves and boots of a session, gathered from events.
 */
#include "tools/demo/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A report that lacks a save would be a lie: without memory there is no report. */
static void *grown(void *array, size_t count, size_t *room, size_t bytes)
{
    if (count < *room) return array;
    *room = *room == 0 ? 64 : *room * 2;
    void *larger = reallocarray(array, *room, bytes);
    if (larger == NULL) {
        fputs("out of memory\n", stderr);
        abort();
    }
    return larger;
}

static void at_least(uint64_t *longest, uint64_t ps)
{
    if (ps > *longest) *longest = ps;
}

void ledger_init(struct ledger *ledger)
{
    *ledger = (struct ledger){0};
}

void ledger_free(struct ledger *ledger)
{
    free(ledger->saves);
    free(ledger->boots);
    ledger_init(ledger);
}

void ledger_power_off(struct ledger *ledger)
{
    ledger->depth = 0;
}

/* Typed settings call the store's own, so the first of them is the application's call. */
const char *const ledger_calls[] = {"nacre_settings_set", "nacre_settings_reset", "nacre_set",
                                    "nacre_remove", NULL};

static bool is_save(const char *symbol)
{
    for (size_t i = 0; ledger_calls[i] != NULL; i++) {
        if (strcmp(symbol, ledger_calls[i]) == 0) return true;
    }
    return false;
}

static void save_begin(struct ledger *ledger)
{
    if (ledger->depth++ != 0) return;
    ledger->save = (struct ledger_save){.line = ledger->line};
    if (ledger->count != NULL) ledger->count(ledger->count_context, &ledger->before);
}

/* What the memory was asked for in the save that ends. */
static void save_counts(struct ledger *ledger)
{
    struct ledger_counts now;
    if (ledger->count == NULL) return;
    ledger->count(ledger->count_context, &now);
    ledger->save.programmed_bytes = (uint32_t)(now.write_bytes - ledger->before.write_bytes);
    ledger->save.writes = (uint32_t)(now.writes - ledger->before.writes);
    ledger->save.bus_bytes = (uint32_t)(now.bus_bytes - ledger->before.bus_bytes);
    ledger->save.bus_ps = now.bus_ps - ledger->before.bus_ps;
    ledger->erase_count = now.erases;
}

static bool save_end(struct ledger *ledger, const struct twin_event *event)
{
    if (ledger->depth == 0) return false;
    const bool is_durable = event->u.call.result == 0;
    ledger->depth--;
    if (ledger->depth > 0) return is_durable;
    save_counts(ledger);
    if (!is_durable || ledger->save.programmed_bytes == 0) return is_durable;
    ledger->save.durable_ps = event->time_ps - event->u.call.call_ps;
    ledger->saves = grown(ledger->saves, ledger->save_count, &ledger->save_room,
                          sizeof *ledger->saves);
    ledger->saves[ledger->save_count++] = ledger->save;
    return true;
}

static void note_in_save(struct ledger_save *save, const struct twin_event *event)
{
    if (event->kind == TWIN_EVENT_COMMAND && event->u.command.class == TWIN_COMMAND_PROGRAM) {
        save->programmed_bytes += event->u.command.bytes;
    } else if (event->kind == TWIN_EVENT_BLACKOUT_END) {
        save->dark_ps += event->u.blackout.length_ps;
        at_least(&save->longest_blackout_ps, event->u.blackout.length_ps);
    } else if (event->kind == TWIN_EVENT_IRQ_TAKEN) {
        at_least(&save->latency_added_ps, event->u.irq.dark_ps);
    }
}

/* A blackout belongs to the program or erase that it starts, or that was started last. */
static void note_operation(struct ledger *ledger, const struct twin_event *event)
{
    if (event->kind == TWIN_EVENT_COMMAND && event->u.command.class == TWIN_COMMAND_ERASE) {
        ledger->erase_count++;
        ledger->is_erase = true;
        ledger->operation_dark_ps = 0;
    } else if (event->kind == TWIN_EVENT_COMMAND &&
               event->u.command.class == TWIN_COMMAND_PROGRAM) {
        ledger->is_erase = false;
    } else if (event->kind == TWIN_EVENT_BLACKOUT_END && ledger->is_erase) {
        ledger->operation_dark_ps += event->u.blackout.length_ps;
        at_least(&ledger->erase_dark_longest_ps, ledger->operation_dark_ps);
    }
}

bool ledger_event(struct ledger *ledger, const struct twin_event *event)
{
    note_operation(ledger, event);
    if (event->kind == TWIN_EVENT_CALL && is_save(event->u.call.symbol)) {
        save_begin(ledger);
    } else if (event->kind == TWIN_EVENT_RETURN && is_save(event->u.call.symbol)) {
        return save_end(ledger, event);
    } else if (ledger->depth > 0) {
        note_in_save(&ledger->save, event);
    }
    return false;
}

void ledger_boot(struct ledger *ledger, const struct ledger_boot *boot)
{
    ledger->boots = grown(ledger->boots, ledger->boot_count, &ledger->boot_room,
                          sizeof *ledger->boots);
    ledger->boots[ledger->boot_count++] = *boot;
}

double ledger_us(uint64_t ps)
{
    return (double)ps / 1e6;
}
