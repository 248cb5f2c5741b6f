/*
 * What happens in an erase and in a save, event by event, for each way through the blackout; and
 * how late a handler is. tools/draw_blackout.py makes the drawings of docs/blackout.md of it.
 *
 * Method: the first chip on the twin, a handler in flash a thousand times a second, typical times.
 * One erase is begun at the same distance from a handler each time, then a save; both are printed.
 * Then ERASES erases are counted, at 20 kHz where the way is made for that.
 *
 * usage: bench_trace WRITER_ELF LOCK_ELF
 *
 * Lines: "trace WAY PART TIME_NS KIND ...", times from the call on, with KIND
 *   command OPCODE BYTES BUSY_NS    the chip took it; BUSY_NS of what it began, or 0
 *   ready                           what it began has ended
 *   dark, bright                    the flash can no longer be read, and can be again
 *   handler PENDED_NS               it runs now, and should have at PENDED_NS
 *   end                             of the part
 * "handlers WAY RAN ON_TIME LATEST_NS LOST" of those that ran while erases went on; lost are those
 * that were due while one was late already. "latency WAY TIME_NS COUNT" of those that were late, in
 * steps of a tenth of a decade.
 */
#include "bench/ways.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define ERASES 4u
#define ON_TIME_NS 100u /* an instruction or two, and entering */
#define STEPS 128
#define TRACE_IRQ_US 1000u
#define TRACE_AFTER_PS (300u * TWIN_PS_PER_US) /* from a handler to the letter */
#define STEPS_A_DECADE 10.0

struct recorder {
    const char *way;
    const char *part;
    uint64_t zero_ps;
};

static void tell(void *context, const struct twin_event *event)
{
    const struct recorder *const recorder = context;
    const struct twin_command *const command = &event->u.command;
    const int64_t ns = (int64_t)(event->time_ps - recorder->zero_ps) / 1000;

    if (recorder->part == NULL) return;
    switch (event->kind) {
    case TWIN_EVENT_COMMAND:
        printf("trace %s %s %" PRId64 " command %04X %" PRIu32 " %" PRIu64 "\n", recorder->way,
               recorder->part, ns, command->opcode, command->bytes, command->busy_ps / 1000u);
        break;
    case TWIN_EVENT_BUSY_END:
        printf("trace %s %s %" PRId64 " ready\n", recorder->way, recorder->part, ns);
        break;
    case TWIN_EVENT_BLACKOUT_BEGIN:
    case TWIN_EVENT_BLACKOUT_END:
        printf("trace %s %s %" PRId64 " %s\n", recorder->way, recorder->part, ns,
               event->kind == TWIN_EVENT_BLACKOUT_BEGIN ? "dark" : "bright");
        break;
    case TWIN_EVENT_IRQ_TAKEN:
        if (event->u.irq.exception != SUBJECT_IRQ) break;
        printf("trace %s %s %" PRId64 " handler %" PRId64 "\n", recorder->way, recorder->part, ns,
               (int64_t)(event->u.irq.pended_ps - recorder->zero_ps) / 1000);
        break;
    default:
        break;
    }
}

static void trace_part(struct subject *subject, struct recorder *recorder, const char *part,
                       const char *letter)
{
    subject_wait_handler(subject);
    subject_wait(subject, TRACE_AFTER_PS);
    recorder->part = part;
    recorder->zero_ps = twin_now_ps(subject->twin);
    subject_type(subject, letter, 1);
    printf("trace %s %s %" PRIu64 " end\n", recorder->way, part,
           (twin_now_ps(subject->twin) - recorder->zero_ps) / 1000u);
    recorder->part = NULL;
}

static void trace(const struct way_images *images, const struct way *way)
{
    const struct way_trial trial = {way, &chips[0], TRACE_IRQ_US, true};
    struct recorder recorder = {.way = way->name};
    struct subject subject = {.also = tell, .also_context = &recorder};

    way_start(&subject, images, &trial);
    subject_type(&subject, subject.image.save, 2); /* the first operation of a start is a trial */
    trace_part(&subject, &recorder, "erase", subject.image.erase);
    trace_part(&subject, &recorder, "save", subject.image.save);
    subject_end(&subject);
}

/* The step that a time belongs to: its lower end is 10 to the power of it by STEPS_A_DECADE. */
static int32_t step_of(uint64_t ns)
{
    return (int32_t)floor(log10((double)(ns == 0 ? 1 : ns)) * STEPS_A_DECADE);
}

static void print_latencies(struct subject *subject, const struct way *way)
{
    struct times *const latency = &subject->seen.latency;
    const uint64_t ps = twin_now_ps(subject->twin) - subject->seen.begin_ps;
    const uint64_t asked = ps / TWIN_PS_PER_US / way->irq_us;
    uint32_t counts[STEPS] = {0};
    size_t on_time = 0;

    for (size_t i = 0; i < latency->count; i++) {
        if (latency->ns[i] < ON_TIME_NS) on_time++;
        else counts[step_of(latency->ns[i])]++;
    }
    printf("handlers %s %zu %zu %.0f %" PRIu64 "\n", way->name, latency->count, on_time,
           times_percentile_us(latency, 100) * 1e3,
           asked > latency->count ? asked - latency->count : 0);
    for (int32_t i = 0; i < STEPS; i++) {
        if (counts[i] == 0) continue;
        printf("latency %s %.0f %" PRIu32 "\n", way->name, pow(10, i / STEPS_A_DECADE), counts[i]);
    }
}

static void count_latencies(const struct way_images *images, const struct way *way)
{
    const struct way_trial trial = {way, &chips[0], way->irq_us, false};
    struct subject subject = {0};

    way_start(&subject, images, &trial);
    subject_type(&subject, subject.image.erase, ERASES);
    print_latencies(&subject, way);
    subject_end(&subject);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: bench_trace WRITER_ELF LOCK_ELF\n");
        return 3;
    }
    const struct way_images images = {argv[1], argv[2]};
    for (uint32_t i = 0; i < way_count; i++) {
        trace(&images, &ways[i]);
        count_latencies(&images, &ways[i]);
    }
    return 0;
}
