/*
 * The product of examples/rtos on FreeRTOS.
 *
 * Interface: what is used of the kernel is declared by the headers in the folder interface, from
 * the public documentation of its API. A project with the kernel puts the kernel's own include
 * folders in their place; it needs static allocation, mutexes, the tick hook and the idle hook.
 *
 * SysTick, PendSV and SVC are the kernel's, and lie in flash as everything does.
 */
#include "examples/rtos/product.h"

#include <FreeRTOS.h>
#include <semphr.h>
#include <task.h>

#include <stdbool.h>
#include <stddef.h>

int main(void);

#define STACK_WORDS 512u
#define PANEL_PRIORITY 3u
#define SAVE_PRIORITY 2u
#define LOG_PRIORITY 1u
#define US_A_TICK (1000000u / configTICK_RATE_HZ)
#define SPUN_US 100u /* shorter waits are not worth two changes of thread */

static volatile uint32_t ticks;
static volatile bool is_busy;
static SemaphoreHandle_t store_mutex;

/* ---- what the library asks of the kernel ---- */

static void lock(void *context)
{
    (void)context;
    (void)xSemaphoreTake(store_mutex, portMAX_DELAY);
}

static void unlock(void *context)
{
    (void)context;
    (void)xSemaphoreGive(store_mutex);
}

/* Rounded up: what is asked may be less than a tick, and the other threads are to have it. */
static void wait(void *context, uint32_t us)
{
    (void)context;
    if (us < SPUN_US) return;
    vTaskDelay((us + US_A_TICK - 1u) / US_A_TICK);
}

/* A product that stops its clocks when idle looks at is_busy before it does. */
static void stay_awake(void *context, bool busy)
{
    (void)context;
    is_busy = busy;
}

static const struct nacre_lock store_lock = {lock, unlock, NULL};
static const struct nacre_nor_os nor_os = {wait, stay_awake, NULL};
static const struct product_system around = {&store_lock, &nor_os, &ticks};

/* ---- threads ---- */

static void save_thread(void *argument)
{
    (void)argument;
    (void)product_open(&around); /* the log tells */
    for (;;) {
        product_save();
        vTaskDelay(pdMS_TO_TICKS(PRODUCT_SAVE_MS));
    }
}

static void panel_thread(void *argument)
{
    (void)argument;
    for (;;) {
        vTaskDelay(pdMS_TO_TICKS(PRODUCT_PANEL_MS));
        product_panel();
    }
}

static void log_thread(void *argument)
{
    (void)argument;
    for (;;) {
        vTaskDelay(pdMS_TO_TICKS(PRODUCT_LOG_MS));
        product_log();
    }
}

/* ---- hooks of the kernel ---- */

void vApplicationTickHook(void)
{
    ticks = ticks + 1u;
}

/* Light sleep: an interrupt ends it, and the flash goes on. */
void vApplicationIdleHook(void)
{
    __asm volatile("dsb\n\twfi" ::: "memory");
}

void vApplicationGetIdleTaskMemory(StaticTask_t **task, StackType_t **stack,
                                   configSTACK_DEPTH_TYPE *words)
{
    static StaticTask_t idle_task;
    static StackType_t idle_stack[STACK_WORDS];

    *task = &idle_task;
    *stack = idle_stack;
    *words = STACK_WORDS;
}

static void start_thread(TaskFunction_t function, const char *name, UBaseType_t priority,
                         uint32_t number)
{
    static StaticTask_t tasks[3];
    static StackType_t stacks[3][STACK_WORDS];

    (void)xTaskCreateStatic(function, name, STACK_WORDS, NULL, priority, stacks[number],
                            &tasks[number]);
}

int main(void)
{
    static StaticSemaphore_t mutex;

    product_start();
    store_mutex = xSemaphoreCreateMutexStatic(&mutex);
    start_thread(panel_thread, "panel", PANEL_PRIORITY, 0);
    start_thread(save_thread, "save", SAVE_PRIORITY, 1);
    start_thread(log_thread, "log", LOG_PRIORITY, 2);
    vTaskStartScheduler();
    return 0;
}
