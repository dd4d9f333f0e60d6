/* Linear layer for cores without SIMD: int8, two filters in a multiplication.
 *
 * Inputs, weights and sums are those of tcm_scalar_columns.h, as unsigned bytes. weight: per four filters, the last ones
 * of which may be idle, a word for each tap, w0 + 2^8 * w1 + 2^16 * w2 + 2^24 * w3. Its even and its odd bytes are two
 * pairs of halves, which an input multiplies; tcm_scalar_pairs.h says why that is exact. */
#ifndef LINEAR_S8__FILTER_PAIRS_SCALAR_H
#define LINEAR_S8__FILTER_PAIRS_SCALAR_H

#include "tcm_scalar_columns.h"

#if defined(__GNUC__) && defined(__ARM_ARCH_6M__)

/* What the routine takes. It is entered in the middle of its loop's first turn, so that the last turn is whole: column is
 * an address as many taps before the column's own as are skipped. */
typedef struct {
    uintptr_t column;
    const uint32_t *weights;
    int32_t skipped_bytes; /* of the routine's steps */
    uintptr_t column_end;
} linear_filter_pairs_product;

enum { LINEAR_FILTER_PAIRS_STEP = 26 };

/* Written out in assembly because it needs all registers, where compilers spill. r0 column, r1 weights, r2 an input, r5
 * the mask of a pair; r8 and r9 both, r6 and r7 upper. */
#define LINEAR_FILTER_PAIRS_TAP(tap)   \
    "ldm r1!, {r3}\n\t"                \
    "ldrb r2, [r0, #" tap "]\n\t"      \
    "lsrs r4, r3, #8\n\t"              \
    "ands r3, r5\n\t"                  \
    "ands r4, r5\n\t"                  \
    "muls r3, r2\n\t"                  \
    "muls r4, r2\n\t"                  \
    "add r8, r3\n\t"                   \
    "lsrs r3, r3, #16\n\t"             \
    "adds r6, r3\n\t"                  \
    "add r9, r4\n\t"                   \
    "lsrs r4, r4, #16\n\t"             \
    "adds r7, r4\n\t"

/* Aligned, because ADR counts from a multiple of four. */
__attribute__((naked, noinline, unused, aligned(4)))
static void linear_filter_pairs_routine(__attribute__((unused)) const linear_filter_pairs_product *product,
                                        __attribute__((unused)) uint32_t both_and_upper[4])
{
    __asm__ volatile(
        ".syntax unified\n\t"
        "push {r1, r4-r7, lr}\n\t"
        "mov r4, r8\n\t"
        "mov r5, r9\n\t"
        "mov r6, r10\n\t"
        "push {r4-r6}\n\t"
        "ldm r0, {r0-r3}\n\t"
        "mov r10, r3\n\t"
        "movs r5, #255\n\t"
        "lsls r3, r5, #16\n\t"
        "orrs r5, r3\n\t"
        "movs r6, #0\n\t"
        "movs r7, #0\n\t"
        "mov r8, r6\n\t"
        "mov r9, r6\n\t"
        "adr r3, 1f\n\t"
        "adds r3, #1\n\t"
        "add r2, r3\n\t"
        "bx r2\n\t"
        ".p2align 2\n"
        "1:\n\t"
        LINEAR_FILTER_PAIRS_TAP("0")
        LINEAR_FILTER_PAIRS_TAP("1")
        LINEAR_FILTER_PAIRS_TAP("2")
        LINEAR_FILTER_PAIRS_TAP("3")
        LINEAR_FILTER_PAIRS_TAP("4")
        LINEAR_FILTER_PAIRS_TAP("5")
        LINEAR_FILTER_PAIRS_TAP("6")
        LINEAR_FILTER_PAIRS_TAP("7")
        "adds r0, #8\n\t"
        "cmp r0, r10\n\t"
        "bne 1b\n\t"
        "ldr r2, [sp, #12]\n\t"
        "mov r0, r8\n\t"
        "mov r1, r9\n\t"
        "stm r2!, {r0, r1, r6, r7}\n\t"
        "pop {r4-r6}\n\t"
        "mov r8, r4\n\t"
        "mov r9, r5\n\t"
        "mov r10, r6\n\t"
        "pop {r0, r4-r7, pc}\n");
}

TCM_KERNEL void linear_filter_pairs_all_products(const uint8_t *column, const uint32_t *weights, int32_t taps,
                                                 uint32_t both_and_upper[4])
{
    const int32_t skipped = (TCM_SCALAR_TAPS - taps % TCM_SCALAR_TAPS) % TCM_SCALAR_TAPS;
    const linear_filter_pairs_product product = {
        .column = (uintptr_t)column - (uintptr_t)skipped,
        .weights = weights,
        .skipped_bytes = skipped * LINEAR_FILTER_PAIRS_STEP,
        .column_end = (uintptr_t)column + (uintptr_t)taps,
    };
    linear_filter_pairs_routine(&product, both_and_upper);
}

#else

/* Adds the products of ``taps``, a literal. mask: of a pair. both, upper: of filters 0 and 2, and of 1 and 3. */
TCM_KERNEL void linear_filter_pairs_products(const uint8_t *column, const uint32_t *weights, uint32_t mask,
                                             int32_t taps, uint32_t both[2], uint32_t upper[2])
{
    TCM_UNROLL_SCALAR
    for (int32_t tap = 0; tap < taps; tap++) {
        const uint32_t word = weights[tap];
        const uint32_t value = column[tap];
        tcm_multiply_add_pair(&both[0], &upper[0], word & mask, value);
        tcm_multiply_add_pair(&both[1], &upper[1], mask & (word >> 8), value);
    }
}

TCM_KERNEL void linear_filter_pairs_all_products(const uint8_t *column, const uint32_t *weights, int32_t taps,
                                                 uint32_t both_and_upper[4])
{
    uint32_t both[2] = {0, 0};
    uint32_t upper[2] = {0, 0};
    uint32_t mask = 0x00ff00ff;
#if defined(__GNUC__)
    /* In a register, so that one instruction shifts and masks. */
    __asm__ volatile("" : "+r"(mask));
#endif
    for (int32_t i = 0; i < taps / TCM_SCALAR_TAPS; i++) {
        linear_filter_pairs_products(column, weights, mask, TCM_SCALAR_TAPS, both, upper);
        column += TCM_SCALAR_TAPS;
        weights += TCM_SCALAR_TAPS;
    }
    for (int32_t i = 0; i < taps % TCM_SCALAR_TAPS; i++) {
        linear_filter_pairs_products(column, weights, mask, 1, both, upper);
        column++;
        weights++;
    }
    for (int32_t i = 0; i < 2; i++) {
        both_and_upper[i] = both[i];
        both_and_upper[2 + i] = upper[i];
    }
}

#endif

/* The sums of four filters. */
TCM_KERNEL void linear_filter_pairs_sums(const uint8_t *column, const uint32_t *weights, int32_t taps,
                                         uint32_t sums[TCM_SCALAR_FILTERS])
{
    uint32_t both_and_upper[4];
    linear_filter_pairs_all_products(column, weights, taps, both_and_upper);
    for (int32_t i = 0; i < 2; i++) {
        sums[i] = both_and_upper[i] - (both_and_upper[2 + i] << 16);
        sums[i + 2] = both_and_upper[2 + i];
    }
}

TCM_KERNEL void linear_s8__filter_pairs_scalar(const int8_t *input, const int32_t *weight, const int32_t *parameters,
                                               int8_t *output, uint8_t *scratch, int32_t rows, int32_t input_features,
                                               int32_t output_features, int32_t output_offset, int32_t way,
                                               int32_t common_shift, int32_t activation_min, int32_t activation_max)
{
    const tcm_scalar_outputs outputs = {
        .way = way,
        .common_shift = common_shift,
        .output_offset = output_offset,
        .activation_min = activation_min,
        .activation_max = activation_max,
    };
    for (int32_t row = 0; row < rows; row++) {
        const uint32_t column_sum = tcm_scalar_append(scratch, input, input_features);
        for (int32_t first = 0; first < output_features; first += TCM_SCALAR_FILTERS) {
            const int32_t count = tcm_clamp(output_features - first, 0, TCM_SCALAR_FILTERS);
            const int32_t *const block = parameters + 4 * first;
            uint32_t sums[TCM_SCALAR_FILTERS];
            linear_filter_pairs_sums(scratch, (const uint32_t *)(weight + first / TCM_SCALAR_FILTERS * input_features),
                                     input_features, sums);
            for (int32_t i = 0; i < count; i++) {
                const uint32_t sum = sums[i] + (uint32_t)block[4 * i] - 128 * column_sum;
                output[first + i] = tcm_scalar_output((int32_t)sum, block + 4 * i + 1, &outputs);
            }
        }
        input += input_features;
        output += output_features;
    }
}

#endif
