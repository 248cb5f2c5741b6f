/*
 * STATED INTERFACE: tasks, see FreeRTOS.h. Contracts are those of the kernel's API reference.
 */
#ifndef EXAMPLES_FREERTOS_INTERFACE_TASK_H
#define EXAMPLES_FREERTOS_INTERFACE_TASK_H

#include <FreeRTOS.h>

typedef void (*TaskFunction_t)(void *argument);
typedef struct tskTaskControlBlock *TaskHandle_t;

/* Before the scheduler starts. A larger number is a more urgent task. */
TaskHandle_t xTaskCreateStatic(TaskFunction_t function, const char *name, uint32_t stack_words,
                               void *argument, UBaseType_t priority, StackType_t *stack,
                               StaticTask_t *task);

/* Does not return. */
void vTaskStartScheduler(void);

/* Block the calling task until the tick interrupt has come so often. */
void vTaskDelay(TickType_t ticks);

/* Given by the application. */
void vApplicationTickHook(void);
void vApplicationIdleHook(void);
void vApplicationGetIdleTaskMemory(StaticTask_t **task, StackType_t **stack,
                                   configSTACK_DEPTH_TYPE *words);

#endif
