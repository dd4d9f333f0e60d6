/* A firmware on this computer: its line is standard input and output. Each look at its counter takes 100 cycles. */
#include "tcm_serial.h"

#include <stdlib.h>
#include <unistd.h>

uint32_t ticks(void);

uint32_t ticks(void)
{
    static uint32_t count;
    return count += 100;
}

int tcm_serial_read(uint8_t *data, uint32_t bytes)
{
    while (bytes > 0) {
        const ssize_t got = read(0, data, bytes);
        if (got <= 0) {
            exit(0);
        }
        data += got;
        bytes -= (uint32_t)got;
    }
    return 0;
}

void tcm_serial_write(const uint8_t *data, uint32_t bytes)
{
    if (write(1, data, bytes) != (ssize_t)bytes) {
        exit(1);
    }
}

int main(void)
{
    for (;;) {
        tcm_serial_serve();
    }
}
