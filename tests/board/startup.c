/* Starts a firmware on the emulated MPS2 board of a Cortex-M4. */
#include <stdint.h>

extern uint32_t stack_top[];
int main(void);

void reset(void)
{
    *(volatile uint32_t *)0xE000ED88 |= 0xFU << 20; /* access to the FPU */
    __asm__ volatile("dsb\n isb");
    (void)main();
}

__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16] = {(uintptr_t)stack_top, (uintptr_t)reset};
