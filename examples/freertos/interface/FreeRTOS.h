/*
 * STATED INTERFACE: what examples/freertos uses of FreeRTOS, beside task.h and semphr.h.
 *
 * Written from the public documentation of the kernel's API (freertos.org, API reference), so that
 * the example can be compiled where the kernel is not. It declares and holds nothing else. The
 * kernel's own headers of the same names replace it.
 */
#ifndef EXAMPLES_FREERTOS_INTERFACE_FREERTOS_H
#define EXAMPLES_FREERTOS_INTERFACE_FREERTOS_H

#include <stdint.h>

typedef long BaseType_t;
typedef unsigned long UBaseType_t;
typedef uint32_t TickType_t;
typedef uint32_t StackType_t;

/* Memory for a task and for a mutex; how large it is, is the kernel's affair. */
typedef struct {
    uint32_t words[16];
} StaticTask_t;
typedef struct {
    uint32_t words[4];
} StaticSemaphore_t;

/* FreeRTOSConfig.h and the port */
#define configTICK_RATE_HZ 1000u
#define configSTACK_DEPTH_TYPE uint32_t
#define portMAX_DELAY 0xFFFFFFFFu
#define pdTRUE 1
#define pdMS_TO_TICKS(ms) ((TickType_t)(ms) * configTICK_RATE_HZ / 1000u)

#endif
