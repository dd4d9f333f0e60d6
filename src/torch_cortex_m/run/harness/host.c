/* The harness's platform on the host: standard input and output; nothing is counted. */
#include "harness.h"

#include <stdio.h>

void tcm_open(void)
{
}

uint32_t tcm_read(void *data, uint32_t bytes)
{
    return (uint32_t)fread(data, 1, bytes, stdin);
}

void tcm_write(const void *data, uint32_t bytes)
{
    fwrite(data, 1, bytes, stdout);
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
