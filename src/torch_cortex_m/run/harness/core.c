/* The harness's platform on an emulated Cortex-M: reset, semihosting files, a counter, the stack. */
#include "guard.h"

#include <stddef.h>
#include <string.h>

enum { SYS_OPEN = 0x01, SYS_WRITE0 = 0x04, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT_EXTENDED = 0x20 };
enum { OPEN_READ_BINARY = 1, OPEN_WRITE_BINARY = 5, APPLICATION_EXIT = 0x20026 };

int main(void);
void tcm_reset(void);
extern uint32_t tcm_stack_limit[], tcm_stack_top[];
extern uint32_t tcm_data_start[], tcm_data_end[], tcm_data_load[], tcm_bss_start[], tcm_bss_end[];

static int32_t input_file, output_file;

static int32_t semihosting(uint32_t operation, const void *arguments)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = arguments;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return (int32_t)r0;
}

void tcm_leave(int32_t status)
{
    const uint32_t arguments[2] = {APPLICATION_EXIT, (uint32_t)status};
    for (;;) {
        (void)semihosting(SYS_EXIT_EXTENDED, arguments);
    }
}

void tcm_say(const char *text)
{
    (void)semihosting(SYS_WRITE0, text);
}

static int32_t open_file(const char *name, uint32_t mode)
{
    const uintptr_t arguments[3] = {(uintptr_t)name, mode, strlen(name)};
    return semihosting(SYS_OPEN, arguments);
}

void tcm_write(const void *data, uint32_t bytes)
{
    const uintptr_t arguments[3] = {(uintptr_t)output_file, (uintptr_t)data, bytes};
    if (bytes != 0 && semihosting(SYS_WRITE, arguments) != 0) {
        tcm_leave(3);
    }
}

uint32_t tcm_read(void *data, uint32_t bytes)
{
    const uintptr_t arguments[3] = {(uintptr_t)input_file, (uintptr_t)data, bytes};
    return bytes == 0 ? 0 : bytes - (uint32_t)semihosting(SYS_READ, arguments);
}

#if defined(TCM_COUNTER_SSE)
/* SSE-300 system counter: control frame at 0x58100000, counting up. */
#define COUNTER_ENABLE (*(volatile uint32_t *)0x58100000)
#define COUNTER_VALUE (*(volatile uint32_t *)0x58100008)
static void start_counter(void)
{
    COUNTER_ENABLE = 1;
}
uint32_t tcm_ticks(void)
{
    return COUNTER_VALUE;
}
#else
/* CMSDK APB timer: control, value, reload; counting down. */
#if defined(TCM_COUNTER_SECURE)
#define TIMER ((volatile uint32_t *)0x50000000)
#else
#define TIMER ((volatile uint32_t *)0x40000000)
#endif
static void start_counter(void)
{
    TIMER[2] = UINT32_MAX;
    TIMER[1] = UINT32_MAX;
    TIMER[0] = 1;
}
uint32_t tcm_ticks(void)
{
    return UINT32_MAX - TIMER[1];
}
#endif

void tcm_loop(uint32_t rounds)
{
    __asm__ volatile(".syntax unified\n1: subs %0, #1\n bne 1b" : "+l"(rounds) : : "cc");
}

void tcm_open(void)
{
    input_file = open_file("input.bin", OPEN_READ_BINARY);
    output_file = open_file("output.bin", OPEN_WRITE_BINARY);
    if (input_file < 0 || output_file < 0) {
        tcm_leave(2);
    }
}

static uint32_t *stack_pointer(void)
{
    uint32_t *value;
    __asm__ volatile("mov %0, sp" : "=r"(value));
    return value;
}

enum { STACK_PAINT = 0x7C37A517, STACK_MARGIN = 16 };

void tcm_paint_stack(void)
{
    for (volatile uint32_t *word = tcm_stack_limit; word < stack_pointer() - STACK_MARGIN; word++) {
        *word = STACK_PAINT;
    }
}

uint32_t tcm_used_stack(void)
{
    const volatile uint32_t *word = tcm_stack_limit;
    while (word < stack_pointer() && *word == STACK_PAINT) {
        word++;
    }
    return (uint32_t)((uintptr_t)stack_pointer() - (uintptr_t)word);
}

static void fault(void)
{
#if defined(TCM_GUARDED)
    enum { ADDRESS_IS_VALID = 1 << 7 };
    if ((*(volatile uint32_t *)0xE000ED28 & ADDRESS_IS_VALID) != 0) { /* status, then address of a MemManage fault */
        tcm_refused((const uint8_t *)(uintptr_t)*(volatile uint32_t *)0xE000ED34);
    }
#endif
    tcm_leave(4);
}

__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16] = {
    (uintptr_t)tcm_stack_top, (uintptr_t)tcm_reset, (uintptr_t)fault, (uintptr_t)fault,
    (uintptr_t)fault,         (uintptr_t)fault,     (uintptr_t)fault, (uintptr_t)fault,
};

void tcm_reset(void)
{
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
    *(volatile uint32_t *)0xE000ED88 |= 0xFU << 20; /* CPACR: full access to the FPU and MVE */
    __asm__ volatile("dsb\n isb");
#endif
    memcpy(tcm_data_start, tcm_data_load, (size_t)((uintptr_t)tcm_data_end - (uintptr_t)tcm_data_start));
    memset(tcm_bss_start, 0, (size_t)((uintptr_t)tcm_bss_end - (uintptr_t)tcm_bss_start));
    start_counter();
    tcm_leave(main());
}
