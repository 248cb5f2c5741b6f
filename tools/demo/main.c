/*
 * nacre-play: a firmware image on the twin, driven by a script, judged, and reported.
 *
 * Exit  0  every value was right, no violation
 *       1  a wrong value or a violation: the last line printed replays it
 *       2  the twin could not be built, or the report not written
 *       3  bad usage, or a script line that is not known: nothing was run
 */
#include "tools/demo/play.h"
#include "tools/demo/report.h"
#include "tools/demo/story.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define REPLAY_BYTES 1024
#define EXIT_WRONG 1
#define EXIT_BROKEN 2
#define EXIT_USAGE 3

struct options {
    const char *script;
    const char *report;
    const char *program;
    unsigned last_line;
    bool is_quiet;
    bool is_in_mcu_flash;
    unsigned part_count;
    struct twin_cfg cfg;
};

enum { KEY_LAST_LINE = 256, KEY_BUSY, KEY_LEFTOVER, KEY_MCU_FLASH };

static const struct argp_option argp_options[] = {
    {"elf", 'e', "FILE", 0, "application image, linked at 0x70000000", 0},
    {"boot", 'b', "FILE", 0, "boot image (.hex or .elf) to run first, such as ST's", 0},
    {"leftover", KEY_LEFTOVER, "RELEASE", 0,
     "what the boot left, if none is run: 1.3.0 (default), 1.2.0, 1.0.0", 0},
    {"part", 'p', "NAME", 0,
     "a memory on a serial bus, such as 24LC256; the image keeps its brightness in the first", 0},
    {"mcu-flash", KEY_MCU_FLASH, NULL, 0,
     "the image keeps its brightness in the microcontroller's own flash", 0},
    {"script", 's', "FILE", 0, "the session to play", 0},
    {"report", 'r', "FILE", 0, "write the session as JSON", 0},
    {"tear", 't', "WHAT", 0, "what a cut program spoils: page (default) or granule", 0},
    {"busy", KEY_BUSY, "HOW", 0, "how long the chip takes: typical (default), max, drawn", 0},
    {"seed", 'S', "N", 0, "decides what is drawn by lot (default 1)", 0},
    {"last-line", KEY_LAST_LINE, "N", 0, "stop after line N of the script", 0},
    {"quiet", 'q', NULL, 0, "tell only what is wrong", 0},
    {0}};

/* The index of word in a list that ends with NULL; ends the program if it is not there. */
static int choice(struct argp_state *state, const char *word, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(word, words[i]) == 0) return i;
    }
    argp_error(state, "\"%s\" is not known here", word);
    return 0;
}

static uint64_t number(struct argp_state *state, const char *word, uint64_t max)
{
    char *end = NULL;
    errno = 0;
    const unsigned long long value = strtoull(word, &end, 0);
    if (word[0] < '0' || word[0] > '9' || *end != '\0' || errno != 0 || value > max) {
        argp_error(state, "\"%s\" is not a number from 0 to %llu", word, (unsigned long long)max);
    }
    return value;
}

static void add_part(struct argp_state *state, struct options *options, const char *name)
{
    if (options->part_count == TWIN_PARTS) argp_error(state, "at most %u parts", TWIN_PARTS);
    options->cfg.part[options->part_count++] = name;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    static const char *const tears[] = {"page", "granule", NULL};
    static const char *const busies[] = {"typical", "max", "drawn", NULL};
    static const char *const leftovers[] = {"1.3.0", "1.2.0", "1.0.0", NULL};
    struct options *options = state->input;
    switch (key) {
    case 'e': options->cfg.app_path = arg; break;
    case 'b': options->cfg.boot_path = arg; break;
    case 'p': add_part(state, options, arg); break;
    case KEY_MCU_FLASH: options->is_in_mcu_flash = true; break;
    case 's': options->script = arg; break;
    case 'r': options->report = arg; break;
    case 't': options->cfg.tear = (enum twin_tear)choice(state, arg, tears); break;
    case KEY_BUSY: options->cfg.busy = (enum twin_busy)choice(state, arg, busies); break;
    case KEY_LEFTOVER:
        options->cfg.leftover = (enum twin_leftover)choice(state, arg, leftovers);
        break;
    case 'S': options->cfg.seed = number(state, arg, UINT64_MAX); break;
    case KEY_LAST_LINE: options->last_line = (unsigned)number(state, arg, 1000000); break;
    case 'q': options->is_quiet = true; break;
    case ARGP_KEY_ARG: argp_error(state, "\"%s\": no such argument", arg); break;
    case ARGP_KEY_END:
        if (options->script == NULL) argp_error(state, "--script is missing");
        if (options->cfg.app_path == NULL) argp_error(state, "--elf is missing");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const char *busy_word(enum twin_busy busy)
{
    static const char *const words[] = {"typical", "max", "drawn"};
    return words[busy];
}

static const char *tear_word(const struct options *options)
{
    return options->cfg.tear == TWIN_TEAR_GRANULE ? "granule" : "page";
}

/* The command line that plays the same session again. */
static void write_replay(const struct options *options, char *replay)
{
    static const char *const leftovers[] = {"1.3.0", "1.2.0", "1.0.0"};
    int n = snprintf(replay, REPLAY_BYTES, "%s --elf %s --script %s --tear %s --busy %s"
                     " --leftover %s --seed %llu", options->program, options->cfg.app_path,
                     options->script, tear_word(options), busy_word(options->cfg.busy),
                     leftovers[options->cfg.leftover], (unsigned long long)options->cfg.seed);
    for (unsigned i = 0; i < options->part_count && n > 0 && n < REPLAY_BYTES; i++) {
        n += snprintf(replay + n, REPLAY_BYTES - (size_t)n, " --part %s", options->cfg.part[i]);
    }
    if (options->is_in_mcu_flash && n > 0 && n < REPLAY_BYTES) {
        n += snprintf(replay + n, REPLAY_BYTES - (size_t)n, " --mcu-flash");
    }
    if (options->cfg.boot_path != NULL && n > 0 && n < REPLAY_BYTES) {
        (void)snprintf(replay + n, REPLAY_BYTES - (size_t)n, " --boot %s",
                       options->cfg.boot_path);
    }
}

/* Where the brightness is kept. */
static const char *medium_word(const struct options *options)
{
    if (options->is_in_mcu_flash) return "internal flash of the STM32H7S7";
    return options->part_count != 0 ? options->cfg.part[0] : "running flash";
}

/* Of a memory that the image does not run from. */
static void tell_start_elsewhere(const struct options *options)
{
    char text[TWIN_ERROR_BYTES];
    (void)snprintf(text, sizeof text, "%s (simulated)", medium_word(options));
    story_text(stdout, "kept in", text);
    (void)snprintf(text, sizeof text, "a cut spoils what the part's sources say, or more where "
                   "they say nothing; %s busy times; seed %llu", busy_word(options->cfg.busy),
                   (unsigned long long)options->cfg.seed);
    story_text(stdout, "assumed", text);
    story_text(stdout, "columns",
               options->is_in_mcu_flash
                   ? "bytes: programmed; durable: from the call to its return; writes: programs of "
                     "a word of 16 bytes"
                   : "bytes: stored in the part; durable: from the call to its return; writes: "
                     "write cycles of the part, or frames that wrote; bus: all that was moved for "
                     "it, questions included, and how long that took");
}

static void tell_start(const struct options *options)
{
    char text[TWIN_ERROR_BYTES];
    story_text(stdout, "image", options->cfg.app_path);
    story_text(stdout, "board", "STM32H7S78-DK, code in bank 0 of its MX66UW1G45G (simulated)");
    if (options->is_in_mcu_flash || options->part_count != 0) {
        tell_start_elsewhere(options);
        return;
    }
    (void)snprintf(text, sizeof text, "a cut spoils %s (--tear %s); %s busy times; seed %llu",
                   options->cfg.tear == TWIN_TEAR_GRANULE ? "only the granules being programmed"
                                                          : "the page being programmed",
                   tear_word(options), busy_word(options->cfg.busy),
                   (unsigned long long)options->cfg.seed);
    story_text(stdout, "assumed", text);
    story_text(stdout, "columns",
               "durable: from the call to its return; blackout: the longest time in which the "
               "flash cannot be read; dark: all of that time; latency: the most that an interrupt "
               "was late by it");
}

static int write_report(const struct options *options, const struct play *play, const char *replay)
{
    char boot_state[TWIN_ERROR_BYTES];
    (void)snprintf(boot_state, sizeof boot_state, "%s", twin_boot_state(play->board.twin));
    const struct report report = {.ledger = &play->board.ledger,
                                  .violations = play->violations,
                                  .wrong_values = play->faults - play->violations,
                                  .seed = options->cfg.seed,
                                  .medium = medium_word(options),
                                  .tear = tear_word(options),
                                  .boot_state = boot_state,
                                  .replay = replay};
    if (report_write(&report, options->report) == 0) return 0;
    fprintf(stderr, "%s: %s: %s\n", options->program, options->report, strerror(errno));
    return -1;
}

static void tell_end(const struct options *options, const struct play *play)
{
    const struct ledger *ledger = &play->board.ledger;
    printf("end       %zu saves, %zu boots, %llu erases; violations %llu, wrong values %llu\n",
           ledger->save_count, ledger->boot_count, (unsigned long long)ledger->erase_count,
           (unsigned long long)play->violations,
           (unsigned long long)(play->faults - play->violations));
    if (options->report != NULL) printf("report    %s\n", options->report);
}

static int run(struct options *options, const struct script *script)
{
    static char replay[REPLAY_BYTES];
    char error[TWIN_ERROR_BYTES];
    struct play play = {.story = options->is_quiet ? NULL : stdout};
    write_replay(options, replay);
    if (board_create(&play.board, &options->cfg, error) != 0) {
        fprintf(stderr, "%s: %s\n", options->program, error);
        return EXIT_BROKEN;
    }
    if (options->is_in_mcu_flash) board_is_in_mcu_flash(&play.board);
    if (!options->is_quiet) tell_start(options);
    const bool ok = play_script(&play, script, options->last_line);
    const bool reported = options->report == NULL || write_report(options, &play, replay) == 0;
    if (!options->is_quiet) tell_end(options, &play);
    if (!ok) printf("replay    %s --last-line %u\n", replay, play.command->line);
    board_destroy(&play.board);
    if (!ok) return EXIT_WRONG;
    return reported ? 0 : EXIT_BROKEN;
}

int main(int argc, char **argv)
{
    static struct script script;
    static const struct argp argp = {
        argp_options, parse, NULL,
        "Play a session of a user on a simulated board, cut its power, and judge what it kept."
        "\vA script has one command a line: boot, type TEXT, wait TIME, slider FROM TO STEPS, "
        "cut program FRACTION, cut erase FRACTION, cut write N FRACTION, cut time TIME, off, "
        "expect VALUE...; a time is 150us, 20ms or 1s; # starts a remark.",
        NULL, NULL, NULL};
    char error[SCRIPT_ERROR_BYTES];
    struct options options = {.program = argv[0], .last_line = UINT32_MAX};
    twin_cfg_default(&options.cfg);
    argp_err_exit_status = EXIT_USAGE;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (script_load(&script, options.script, error) != 0) {
        fprintf(stderr, "%s: %s\n", argv[0], error);
        return EXIT_USAGE;
    }
    return run(&options, &script);
}
