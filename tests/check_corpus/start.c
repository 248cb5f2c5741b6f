/*
 * Start-up of the corpus' firmware: the vector table in flash, the copies to RAM, main.
 *
 * A source may bring its own main, handlers and stack guard; those here are weak. COPY_BYTES is
 * set by sources that are not copied whole.
 */
#include "tests/check_corpus/board.h"

#include <sys/stat.h>

extern uint32_t ram_code_load[], ram_code_start[], ram_code_end[];
extern uint32_t data_load[], data_start[], data_end[], bss_start[], bss_end[], stack_top[];
int main(void);
void Reset_Handler(void);
void Idle_Handler(void);

#ifndef COPY_END
#define COPY_END ram_code_end
#endif
#ifndef COPY_START
#define COPY_START ram_code_start
#endif
#ifndef COPY_LOAD
#define COPY_LOAD ram_code_load
#endif

static void words_copy(volatile uint32_t *to, const uint32_t *end, const volatile uint32_t *from)
{
    while (to < end) {
        *to++ = *from++;
    }
}

void Reset_Handler(void)
{
    words_copy(COPY_START, COPY_END, COPY_LOAD);
    words_copy(data_start, data_end, data_load);
    for (volatile uint32_t *to = bss_start; to < bss_end; to++) {
        *to = 0;
    }
    (void)main();
    REG(0x50000008u) = 1;
    for (;;) {
    }
}

__attribute__((weak)) int main(void)
{
    OUTPUT = (uint32_t)root((int)INPUT);
    return 0;
}

void Idle_Handler(void)
{
}

/* What an application may replace. */
int wait_hook(int value);
__attribute__((weak)) RAM int wait_hook(int value)
{
    return value;
}

#define WEAK __attribute__((weak, alias("Idle_Handler")))
WEAK void NMI_Handler(void);
WEAK void HardFault_Handler(void);
WEAK void SVC_Handler(void);
WEAK void SysTick_Handler(void);
WEAK void Irq0_Handler(void);
WEAK void Irq1_Handler(void);

typedef void (*vector)(void);
__attribute__((section(".vectors"), used)) const vector vectors[18] = {
    (vector)stack_top, Reset_Handler, NMI_Handler, HardFault_Handler,
    Idle_Handler, Idle_Handler, Idle_Handler, Idle_Handler, Idle_Handler, Idle_Handler,
    Idle_Handler, SVC_Handler, Idle_Handler, Idle_Handler, Idle_Handler, SysTick_Handler,
    Irq0_Handler, Irq1_Handler,
};

/* What newlib asks of a system. */
uint32_t __stack_chk_guard = 0x5AFE57ACu;
__attribute__((weak)) void __stack_chk_fail(void)
{
    for (;;) {
    }
}

__attribute__((noreturn)) void _exit(int status)
{
    (void)status;
    for (;;) {
    }
}

static char heap[1024];
static char *heap_next = heap;
void *_sbrk(int n)
{
    char *const old = heap_next;
    heap_next += n;
    return old;
}

int _write(int file, const char *text, int n)
{
    (void)file;
    for (int i = 0; i < n; i++) {
        OUTPUT = (uint8_t)text[i];
    }
    return n;
}

int _read(int file, char *text, int n)
{
    (void)file;
    (void)text;
    (void)n;
    return 0;
}

int _close(int file)
{
    (void)file;
    return -1;
}

int _fstat(int file, struct stat *status)
{
    (void)file;
    status->st_mode = S_IFCHR;
    return 0;
}

int _isatty(int file)
{
    (void)file;
    return 1;
}

int _lseek(int file, int to, int from)
{
    (void)file;
    (void)to;
    (void)from;
    return 0;
}

int _kill(int process, int number)
{
    (void)process;
    (void)number;
    return -1;
}

int _getpid(void)
{
    return 1;
}
