/*
 * The stated interface of examples/freertos, on the kernel for tests.
 */
#include "tests/kernel/kernel.h"

#include <FreeRTOS.h>
#include <semphr.h>
#include <task.h>

_Static_assert(sizeof(struct kernel_thread) <= sizeof(StaticTask_t), "a task holds a thread");
_Static_assert(sizeof(struct kernel_mutex) <= sizeof(StaticSemaphore_t), "a mutex holds ours");

/* A task's argument is a pointer, which is a word here. */
TaskHandle_t xTaskCreateStatic(TaskFunction_t function, const char *name, uint32_t stack_words,
                               void *argument, UBaseType_t priority, StackType_t *stack,
                               StaticTask_t *task)
{
    struct kernel_thread *const thread = (struct kernel_thread *)task;

    (void)name;
    kernel_stack(thread, stack, stack_words);
    kernel_add(thread, (void (*)(uint32_t))(uint32_t)function, (uint32_t)argument,
               (uint32_t)priority);
    return (TaskHandle_t)task;
}

void vTaskStartScheduler(void)
{
    kernel_start(vApplicationTickHook, vApplicationIdleHook);
}

void vTaskDelay(TickType_t ticks)
{
    kernel_sleep(ticks);
}

SemaphoreHandle_t xSemaphoreCreateMutexStatic(StaticSemaphore_t *mutex)
{
    ((struct kernel_mutex *)mutex)->owner = 0;
    return (SemaphoreHandle_t)mutex;
}

BaseType_t xSemaphoreTake(SemaphoreHandle_t mutex, TickType_t ticks)
{
    (void)ticks; /* the example waits for ever */
    kernel_lock((struct kernel_mutex *)mutex);
    return pdTRUE;
}

BaseType_t xSemaphoreGive(SemaphoreHandle_t mutex)
{
    kernel_unlock((struct kernel_mutex *)mutex);
    return pdTRUE;
}
