/*
 * The board as the application uses it: memory protection, caches, console, backlight, timers and
 * the frame buffer in PSRAM. Plain registers, so that the example needs no vendor library.
 */
#ifndef EXAMPLES_BRIGHTNESS_BOARD_H
#define EXAMPLES_BRIGHTNESS_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#define BOARD_CORE_MHZ 600u
#define BOARD_IRQ_TIM6 55
#define BOARD_IRQ_UART4 85

/* Protection, caches, console, backlight off, timers. The boot has set up clocks and memories. */
void board_start(void);

/* The backlight in percent. */
void board_set_backlight(uint32_t percent);

/* The next byte typed; false if there is none. */
bool board_read(char *byte);
void board_write(const char *text);
void board_write_number(uint32_t number);
void board_write_hex(uint32_t number);

/* Draw the frame buffer; read a part of it on each call, and count what is not as drawn. */
void board_draw_frame(void);
void board_scan_frame(void);

struct board_counts {
    uint32_t ticks;        /* 1 kHz */
    uint32_t fast;         /* 20 kHz */
    uint32_t frames;       /* frame buffer read through */
    uint32_t frame_errors; /* words that were not as drawn */
    uint32_t lost_bytes;   /* typed, but not taken in time */
};
struct board_counts board_counts(void);

/* Counts since the start, a step each BOARD_COUNT_US; goes on while the core sleeps. */
#define BOARD_COUNT_US 50u
const volatile uint32_t *board_counter(void);

/* Sleep until the next interrupt. */
void board_sleep(void);

/* Interrupt handlers, in flash like the rest. */
void board_on_tick(void);
void board_on_fast_timer(void);
void board_on_uart(void);

#endif
