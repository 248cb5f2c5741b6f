/*
 * Going down with a real image: long values come from the flash itself and from PSRAM; before a
 * reset or Stop mode the chip is neither busy nor suspended; and where it stops answering, the
 * system is reset within a bound.
 *
 * Method: tests/down_fw on the twin, whose chip says what it began and what it ended, and falls
 * silent inside a blackout. The image is told that an erase lasts 60 ms at most, of which a quarter
 * more is waited for, and that a reset of the chip takes 2 ms.
 */
#include "tests/support/prompt.h"
#include "twin/twin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define IMAGE NACRE_FIRMWARE_DIR "/tests/down_fw/down.elf"
#define OTHER_BANK 0x07FE0000u
#define RESET_MS 2u
#define SLOW_ERASE_MS 75u

static struct twin *twin;

static struct {
    uint32_t begun;       /* operations of the chip */
    uint32_t ended;
    uint32_t resumes;
    uint32_t wrongs;      /* violations, but for a read that nobody answers by a strobe */
    bool was_reset;
    uint64_t reset_ps;
} seen;

static void note_violation(void)
{
    struct twin_violation violation;
    twin_violation_get(twin, &violation);
    if (violation.kind != TWIN_VIOLATION_CONTROLLER || strstr(violation.detail, "DQS") == NULL) {
        seen.wrongs++;
    }
}

static void on_event(void *context, const struct twin_event *event)
{
    const struct twin_command *command = &event->u.command;
    (void)context;
    if (event->kind == TWIN_EVENT_COMMAND && command->opcode == 0x30CF) seen.resumes++;
    if (event->kind == TWIN_EVENT_COMMAND && command->busy_ps != 0) seen.begun++;
    if (event->kind == TWIN_EVENT_BUSY_END) seen.ended++;
    if (event->kind == TWIN_EVENT_VIOLATION) note_violation();
    if (event->kind != TWIN_EVENT_RESET) return;
    seen.was_reset = true;
    seen.reset_ps = event->time_ps;
    twin_stop(twin);
}

static int setup(void **state)
{
    struct twin_cfg cfg;
    (void)state;
    twin_cfg_default(&cfg);
    cfg.app_path = IMAGE;
    cfg.write_bytes = 0; /* both banks of the store */
    cfg.keep_going = true; /* beyond the reads that a silent chip leaves unanswered */
    cfg.event = on_event;
    memset(&seen, 0, sizeof seen);
    twin = prompt_create(&cfg);
    twin_power_on(twin);
    prompt_reach(twin);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    prompt_end(&twin);
    return seen.wrongs == 0 ? 0 : -1;
}

/* Type a letter; the answer comes, and then the prompt. */
static void answers(const char *letter, const char *answer)
{
    size_t before;
    size_t n;
    (void)twin_uart_text(twin, &before);
    twin_uart_type(twin, letter);
    prompt_reach(twin);
    const char *const text = twin_uart_text(twin, &n) + before;
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "%s\r\n> ", answer);
    assert_string_equal(text, wanted);
}

/* In another bank, and in the image's own. */
static void in_both_banks(void (*test)(void))
{
    test();
    answers("b", "NACRE_OK");
    test();
}

static void long_values(void)
{
    answers("f", "NACRE_OK");
    answers("p", "NACRE_OK");
    answers("f", "NACRE_OK");
}

static void test_down_image_long_values_from_flash_and_psram(void **state)
{
    (void)state;
    in_both_banks(long_values);
}

static void down_and_up(void)
{
    answers("e", "NACRE_OK");
    assert_int_equal(seen.begun, seen.ended + 1);
    answers("d", "NACRE_OK");
    assert_int_equal(seen.begun, seen.ended);
    answers("s", "NACRE_QUIET");
    assert_int_equal(seen.begun, seen.ended);
    answers("w", "NACRE_OK"); /* what the erase has come to */
    answers("e", "NACRE_QUIET");
    answers("r", "NACRE_OK");
    answers("s", "NACRE_OK");
}

static void test_down_image_ends_what_is_under_way(void **state)
{
    (void)state;
    in_both_banks(down_and_up);
    assert_true(seen.resumes > 10); /* the second one was in slices */
}

/* Run until that function of the blackout is entered. */
static void run_into(const char *letter, const char *function)
{
    const struct twin_until until = {.call = function, .for_ps = 500 * TWIN_PS_PER_MS};
    twin_uart_type(twin, letter);
    const enum twin_stop stop = twin_run(twin, &until);
    if (stop != TWIN_STOP_CALL) prompt_fail_stopped(twin, stop);
}

/* From now on nothing answers: the flash is reset, as far as it hears it, and then the system. */
static void reset_comes_within(uint32_t least_ms, uint32_t most_ms)
{
    const struct twin_until until = {.for_ps = 3000 * TWIN_PS_PER_MS, .wall_ms = 60000};
    const uint64_t begin = twin_now_ps(twin);
    twin_chip_silence(twin);
    const enum twin_stop stop = twin_run(twin, &until);
    if (!seen.was_reset) prompt_fail_stopped(twin, stop);
    assert_in_range((seen.reset_ps - begin) / TWIN_PS_PER_MS, least_ms, most_ms);
}

/* With the power back all is there. */
static void all_is_there_after_power_on(void)
{
    twin_power_off(twin);
    twin_power_on(twin);
    prompt_reach(twin);
    answers("s", "NACRE_OK");
    answers("f", "NACRE_OK");
}

static void test_down_image_chip_silent_at_a_start(void **state)
{
    (void)state;
    answers("s", "NACRE_OK");
    run_into("s", "nacre_ctrl_send");
    reset_comes_within(RESET_MS, RESET_MS + 2);
    all_is_there_after_power_on();
}

static void test_down_image_chip_silent_while_it_is_asked(void **state)
{
    (void)state;
    answers("s", "NACRE_OK");
    answers("e", "NACRE_OK");
    run_into("w", "nacre_ctrl_send");
    reset_comes_within(RESET_MS, RESET_MS + 2);
    all_is_there_after_power_on();
}

static void test_down_image_chip_silent_on_the_way_down(void **state)
{
    (void)state;
    answers("s", "NACRE_OK");
    answers("e", "NACRE_OK");
    run_into("d", "nacre_ctrl_send");
    reset_comes_within(RESET_MS, RESET_MS + 2);
    all_is_there_after_power_on();
}

static void test_down_image_chip_silent_in_a_slice(void **state)
{
    (void)state;
    answers("b", "NACRE_OK");
    run_into("e", "nacre_slice_run");
    reset_comes_within(SLOW_ERASE_MS, SLOW_ERASE_MS + RESET_MS + 2);
    all_is_there_after_power_on();
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_down_image_##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(long_values_from_flash_and_psram),
        TEST(ends_what_is_under_way),
        TEST(chip_silent_at_a_start),
        TEST(chip_silent_while_it_is_asked),
        TEST(chip_silent_on_the_way_down),
        TEST(chip_silent_in_a_slice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
