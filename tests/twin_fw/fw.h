/*
 * What the small test images share: registers, console, and how they tell what they saw. They are
 * run by the twin's tests only and share nothing with the library.
 */
#ifndef TESTS_TWIN_FW_FW_H
#define TESTS_TWIN_FW_FW_H

#include <stdint.h>

#define REG(addr) (*(volatile uint32_t *)(addr))
#define RCC_APB1ENR1 REG(0x58024548u)
#define UART4_CR1 REG(0x40004C00u)
#define UART4_BRR REG(0x40004C0Cu)
#define UART4_ISR REG(0x40004C1Cu)
#define UART4_ICR REG(0x40004C20u)
#define UART4_RDR REG(0x40004C24u)
#define UART4_TDR REG(0x40004C28u)
#define SYST_CSR REG(0xE000E010u)
#define SYST_RVR REG(0xE000E014u)
#define SYST_CVR REG(0xE000E018u)
#define NVIC_ISER(n) REG(0xE000E100u + 4u * (n))
#define NVIC_ICER(n) REG(0xE000E180u + 4u * (n))
#define NVIC_ISPR(n) REG(0xE000E200u + 4u * (n))
#define NVIC_IPR ((volatile uint8_t *)0xE000E400u)
#define SCB_ICSR REG(0xE000ED04u)
#define SCB_VTOR REG(0xE000ED08u)
#define SCB_AIRCR REG(0xE000ED0Cu)
#define SCB_CCR REG(0xE000ED14u)
#define SCB_DCIMVAC REG(0xE000EF5Cu)
#define SCB_DCISW REG(0xE000EF60u)
#define SCB_SHPR ((volatile uint8_t *)0xE000ED18u) /* [0] is exception 4 */
#define SCB_SHCSR REG(0xE000ED24u)
#define SCB_CFSR REG(0xE000ED28u)
#define SCB_MMFAR REG(0xE000ED34u)
#define SCB_DEMCR REG(0xE000EDFCu)
#define MPU_CTRL REG(0xE000ED94u)
#define MPU_RNR REG(0xE000ED98u)
#define MPU_RBAR REG(0xE000ED9Cu)
#define MPU_RASR REG(0xE000EDA0u)
#define DWT_CTRL REG(0xE0001000u)
#define DWT_CYCCNT REG(0xE0001004u)
#define XSPI2(offset) REG(0x5200A000u + (offset))
#define RAM_CODE __attribute__((section(".ram_code"), noinline, long_call))

void uart_init(void);
void put_char(char c);
void put_text(const char *text);
void put_number(uint32_t value); /* decimal */
void put_line(const char *name, uint32_t value); /* "name=value\n" */

int main(void);

/* Handlers that an image does not define end in a loop of their own name. */
void NMI_Handler(void);
void HardFault_Handler(void);
void MemManage_Handler(void);
void BusFault_Handler(void);
void UsageFault_Handler(void);
void SVC_Handler(void);
void PendSV_Handler(void);
void SysTick_Handler(void);
void IRQ0_Handler(void);
void IRQ1_Handler(void);
void TIM6_Handler(void);
void UART4_Handler(void);

#endif
