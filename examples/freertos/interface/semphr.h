/*
 * STATED INTERFACE: mutexes, see FreeRTOS.h. Contracts are those of the kernel's API reference.
 */
#ifndef EXAMPLES_FREERTOS_INTERFACE_SEMPHR_H
#define EXAMPLES_FREERTOS_INTERFACE_SEMPHR_H

#include <FreeRTOS.h>

typedef struct QueueDefinition *SemaphoreHandle_t;

SemaphoreHandle_t xSemaphoreCreateMutexStatic(StaticSemaphore_t *mutex);
BaseType_t xSemaphoreTake(SemaphoreHandle_t mutex, TickType_t ticks);
BaseType_t xSemaphoreGive(SemaphoreHandle_t mutex);

#endif
