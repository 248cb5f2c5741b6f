/*
 * The session as a person reads it: at most 80 columns, one line a save.
 */
#include "tools/demo/story.h"

#include <string.h>

#define SAVES_SHOWN_MAX 31u
#define LABEL_COLUMNS 10
#define TEXT_COLUMNS 70

/* Smallest and largest of one cost over some saves. */
struct range {
    double low, high;
};

static void widen(struct range *range, bool is_first, double value)
{
    if (is_first || value < range->low) range->low = value;
    if (is_first || value > range->high) range->high = value;
}

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

static void story_head(FILE *story, const char *what)
{
    fprintf(story, "%-22s %6s %12s %12s %9s %12s\n", what, "bytes", "durable us", "blackout us",
            "dark us", "latency us");
}

static void story_each(FILE *story, const struct ledger *ledger, size_t from)
{
    for (size_t i = from; i < ledger->save_count; i++) {
        const struct ledger_save *save = &ledger->saves[i];
        fprintf(story, "  save %-15zu %6u %12.2f %12.2f %9.2f %12.2f\n", i + 1,
                save->programmed_bytes, ledger_us(save->durable_ps),
                ledger_us(save->longest_blackout_ps), ledger_us(save->dark_ps),
                ledger_us(save->latency_added_ps));
    }
}

static void story_ranges(FILE *story, const struct ledger *ledger, size_t from)
{
    struct range bytes = {0}, durable = {0}, longest = {0}, dark = {0}, latency = {0};
    for (size_t i = from; i < ledger->save_count; i++) {
        const struct ledger_save *save = &ledger->saves[i];
        widen(&bytes, i == from, save->programmed_bytes);
        widen(&durable, i == from, ledger_us(save->durable_ps));
        widen(&longest, i == from, ledger_us(save->longest_blackout_ps));
        widen(&dark, i == from, ledger_us(save->dark_ps));
        widen(&latency, i == from, ledger_us(save->latency_added_ps));
    }
    fprintf(story, "  %5zu saves, least    %6.0f %12.2f %12.2f %9.2f %12.2f\n",
            ledger->save_count - from, bytes.low, durable.low, longest.low, dark.low, latency.low);
    fprintf(story, "               most     %6.0f %12.2f %12.2f %9.2f %12.2f\n", bytes.high,
            durable.high, longest.high, dark.high, latency.high);
}

void story_saves(FILE *story, const struct ledger *ledger, size_t from, const char *what)
{
    if (story == NULL || ledger->save_count == from) return;
    story_head(story, what);
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
