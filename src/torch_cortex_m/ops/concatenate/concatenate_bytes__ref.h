/* Two tensors behind each other, of any element type: each row has a run of the first and then one of the second.
 * NULL: that one lies in its place already. */
#ifndef CONCATENATE_BYTES__REF_H
#define CONCATENATE_BYTES__REF_H

#include "tcm_copy.h"

TCM_KERNEL void concatenate_bytes__ref(const void *first, const void *second, void *output, int32_t rows,
                                       int32_t first_run, int32_t second_run, int32_t output_stride,
                                       int32_t element_bytes)
{
    const int8_t *first_next = first;
    const int8_t *second_next = second;
    int8_t *row = output;
    for (int32_t i = 0; i < rows; i++) {
        if (first != NULL) {
            (void)tcm_copy(row, first_next, first_run);
            first_next += first_run;
        }
        if (second != NULL) {
            (void)tcm_copy(row + first_run, second_next, second_run);
            second_next += second_run;
        }
        row += output_stride * element_bytes;
    }
}

#endif
