/* The harness's platform on the host: standard input and output; nothing is counted. */
#define _DEFAULT_SOURCE
#include "guard.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static uint8_t *memory;
static uint32_t memory_bytes;

/* What the guard does not know of is left to whoever would have handled it. */
static struct sigaction other_handlers[2];

static void handle(int signal, siginfo_t *information, void *context)
{
    (void)context;
    tcm_refused(information->si_addr);
    sigaction(signal, &other_handlers[signal == SIGBUS], NULL);
}

void tcm_open(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &action, &other_handlers[0]);
    sigaction(SIGBUS, &action, &other_handlers[1]);
}

uint32_t tcm_read(void *data, uint32_t bytes)
{
    fflush(stdout); /* who gives one input at a time waits for the outputs before it */
    return (uint32_t)fread(data, 1, bytes, stdin);
}

void tcm_write(const void *data, uint32_t bytes)
{
    fwrite(data, 1, bytes, stdout);
}

void tcm_say(const char *text)
{
    fputs(text, stderr);
}

void tcm_leave(int32_t status)
{
    _exit(status);
}

uint32_t tcm_page_bytes(void)
{
    return (uint32_t)sysconf(_SC_PAGESIZE);
}

uint8_t *tcm_guarded_memory(uint32_t bytes)
{
    if (bytes > memory_bytes) {
        if (memory != NULL) {
            munmap(memory, memory_bytes);
        }
        memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memory_bytes = bytes;
        if (memory == MAP_FAILED) {
            tcm_say("there is not enough memory for the buffers\n");
            tcm_leave(1);
        }
    }
    return memory;
}

void tcm_guard(uint8_t *page)
{
    mprotect(page, tcm_page_bytes(), PROT_NONE);
}

void tcm_unguard(void)
{
    mprotect(memory, memory_bytes, PROT_READ | PROT_WRITE);
}

uint32_t tcm_ticks(void)
{
    return 0;
}

void tcm_loop(uint32_t rounds)
{
    (void)rounds;
}

void tcm_paint_stack(void)
{
}

uint32_t tcm_used_stack(void)
{
    return 0;
}
