/*
 * The session as a person reads it: at most 80 columns, one line a save.
 */
#include "tools/demo/story.h"

#include <string.h>

#define SAVES_SHOWN_MAX 31u
#define LABEL_COLUMNS 10
#define TEXT_COLUMNS 70

void story_line(FILE *story, const char *line)
{
    if (story != NULL) fprintf(story, "  board | %s\n", line);
}

void story_text(FILE *story, const char *label, const char *text)
{
    if (story == NULL) return;
    while (*text != '\0') {
        size_t n = strlen(text);
        if (n > TEXT_COLUMNS) {
            n = TEXT_COLUMNS;
            while (n > 1 && text[n] != ' ') n--;
        }
        fprintf(story, "%-*s%.*s\n", LABEL_COLUMNS, label, (int)n, text);
        text += n;
        while (*text == ' ') text++;
        label = "";
    }
}

void story_boot(FILE *story, const struct ledger_boot *boot)
{
    if (story == NULL) return;
    fprintf(story, "boot      found %u, allowed %u", boot->found, boot->allowed[0]);
    if (boot->allowed_count == 2) fprintf(story, " or %u", boot->allowed[1]);
    fprintf(story, "%s\n", boot->is_allowed ? ": right" : ": WRONG");
}

#define COSTS 5u

/* Five columns, in the order of their head. */
struct costs {
    double cost[COSTS];
};

static struct costs costs_of(const struct ledger *ledger, const struct ledger_save *save)
{
    if (ledger->count != NULL) {
        return (struct costs){{save->programmed_bytes, ledger_us(save->durable_ps), save->writes,
                               save->bus_bytes, ledger_us(save->bus_ps)}};
    }
    return (struct costs){{save->programmed_bytes, ledger_us(save->durable_ps),
                           ledger_us(save->longest_blackout_ps), ledger_us(save->dark_ps),
                           ledger_us(save->latency_added_ps)}};
}

static void story_head(FILE *story, const struct ledger *ledger, const char *what)
{
    if (ledger->count != NULL) {
        fprintf(story, "%-22s %6s %12s %12s %9s %12s\n", what, "bytes", "durable us", "writes",
                "bus bytes", "bus us");
        return;
    }
    fprintf(story, "%-22s %6s %12s %12s %9s %12s\n", what, "bytes", "durable us", "blackout us",
            "dark us", "latency us");
}

static void story_row(FILE *story, const struct ledger *ledger, const struct costs *costs)
{
    const double *cost = costs->cost;
    if (ledger->count != NULL) {
        fprintf(story, "%6.0f %12.2f %12.0f %9.0f %12.2f\n", cost[0], cost[1], cost[2], cost[3],
                cost[4]);
        return;
    }
    fprintf(story, "%6.0f %12.2f %12.2f %9.2f %12.2f\n", cost[0], cost[1], cost[2], cost[3],
            cost[4]);
}

static void story_each(FILE *story, const struct ledger *ledger, size_t from)
{
    for (size_t i = from; i < ledger->save_count; i++) {
        const struct costs costs = costs_of(ledger, &ledger->saves[i]);
        fprintf(story, "  save %-15zu ", i + 1);
        story_row(story, ledger, &costs);
    }
}

static void story_ranges(FILE *story, const struct ledger *ledger, size_t from)
{
    struct costs least = costs_of(ledger, &ledger->saves[from]);
    struct costs most = least;
    for (size_t i = from + 1; i < ledger->save_count; i++) {
        const struct costs costs = costs_of(ledger, &ledger->saves[i]);
        for (size_t k = 0; k < COSTS; k++) {
            if (costs.cost[k] < least.cost[k]) least.cost[k] = costs.cost[k];
            if (costs.cost[k] > most.cost[k]) most.cost[k] = costs.cost[k];
        }
    }
    fprintf(story, "  %5zu saves, least    ", ledger->save_count - from);
    story_row(story, ledger, &least);
    fprintf(story, "               most     ");
    story_row(story, ledger, &most);
}

void story_saves(FILE *story, const struct ledger *ledger, size_t from, const char *what)
{
    if (story == NULL || ledger->save_count == from) return;
    story_head(story, ledger, what);
    if (ledger->save_count - from <= SAVES_SHOWN_MAX) {
        story_each(story, ledger, from);
    } else {
        story_ranges(story, ledger, from);
    }
}

void story_cut(FILE *story, const struct board *board, const char *how)
{
    if (story == NULL) return;
    fprintf(story, "CUT       %s, %.3f ms after the first start\n", how,
            ledger_us(twin_now_ps(board->twin)) / 1e3);
}
