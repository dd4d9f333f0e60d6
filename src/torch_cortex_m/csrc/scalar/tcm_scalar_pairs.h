/* Products of two places at a time for cores without SIMD.
 *
 * Bytes and sums are those of tcm_scalar_columns.h, and so are the weights. A column has a word for each tap, with the
 * bytes of two places as halves, u0 + 2^16 * u1. Multiplied by the byte of a weight, each half stays within its 16 bits,
 * as 255 * 255 < 2^16: no sum of products is ever kept in a half. Instead, per filter,
 *
 *     both = sum of the products, upper = sum of their upper halves
 *
 * so that upper = s1 and both = s0 + 2^16 * s1, which leaves s0 = both - 2^16 * s1: all modulo 2^32, like any sum. */
#ifndef TCM_SCALAR_PAIRS_H
#define TCM_SCALAR_PAIRS_H

#include "tcm_scalar_columns.h"

/* The sums of a block of filters. */
typedef struct {
    uint32_t both[TCM_SCALAR_FILTERS];
    uint32_t upper[TCM_SCALAR_FILTERS];
} tcm_scalar_pair_sums;

/* Appends ``count`` inputs of two places to a column and adds the sums of their bytes, such as sums of products. */
TCM_KERNEL void tcm_scalar_append_pairs(uint32_t *column, const int8_t *first, const int8_t *second, int32_t count,
                                        uint32_t column_sums[2])
{
    uint32_t both = 0;
    uint32_t upper = 0;
    for (int32_t i = 0; i < count; i++) {
        const uint32_t word = ((uint8_t)first[i] | (uint32_t)(uint8_t)second[i] << 16) ^ 0x00800080;
        column[i] = word;
        both += word;
        upper += word >> 16;
    }
    column_sums[0] += both - (upper << 16);
    column_sums[1] += upper;
}

/* The sums of ``block`` filters. */
TCM_KERNEL void tcm_scalar_pair_products(const uint32_t *column, const uint8_t *weights, int32_t taps, int32_t block,
                                         tcm_scalar_pair_sums *sums)
{
    *sums = (tcm_scalar_pair_sums){{0}, {0}};
    for (int32_t tap = 0; tap < taps; tap++) {
        TCM_UNROLL_SCALAR
        for (int32_t filter = 0; filter < block; filter++) {
            const uint32_t products = column[tap] * weights[block * tap + filter];
            sums->both[filter] += products;
            sums->upper[filter] += products >> 16;
        }
    }
}

#if defined(__GNUC__) && (defined(__ARM_ARCH_6M__) || defined(__thumb2__))

/* What the routine for four filters takes. It is entered in the middle of its loop's first turn, so that the last turn
 * is whole: weights is an address as many taps before the filters' own as are skipped. */
typedef struct {
    const uint32_t *column;
    uintptr_t weights;
    int32_t skipped_bytes; /* of the routine's steps */
    const uint32_t *column_end;
} tcm_scalar_pair_product;

/* Written out in assembly because it needs all registers, where compilers spill. r0 column, r1 weights, r2 two inputs;
 * r8 - r11 both, r4 - r7 upper. */
#if defined(__ARM_ARCH_6M__)

enum { TCM_SCALAR_PAIR_STEP = 42 };

#define TCM_SCALAR_PAIR_FILTER(weight, both, upper) \
    "ldrb r3, [r1, #" weight "]\n\t"                \
    "muls r3, r2\n\t"                               \
    "add " both ", r3\n\t"                          \
    "lsrs r3, r3, #16\n\t"                          \
    "adds " upper ", r3\n\t"

#define TCM_SCALAR_PAIR_TAP(tap)                             \
    "ldm r0!, {r2}\n\t"                                      \
    TCM_SCALAR_PAIR_FILTER("4 * " tap, "r8", "r4")           \
    TCM_SCALAR_PAIR_FILTER("4 * " tap " + 1", "r9", "r5")    \
    TCM_SCALAR_PAIR_FILTER("4 * " tap " + 2", "r10", "r6")   \
    TCM_SCALAR_PAIR_FILTER("4 * " tap " + 3", "r11", "r7")

#define TCM_SCALAR_PAIR_START  \
    "push {r1, r4-r7, lr}\n\t" \
    "mov r4, r8\n\t"           \
    "mov r5, r9\n\t"           \
    "mov r6, r10\n\t"          \
    "mov r7, r11\n\t"          \
    "push {r4-r7}\n\t"         \
    "ldm r0, {r0-r3}\n\t"      \
    "mov r12, r3\n\t"

#define TCM_SCALAR_PAIR_END   \
    "adds r1, #32\n\t"        \
    "cmp r0, r12\n\t"         \
    "beq 2f\n\t"              \
    "b 1b\n"                  \
    "2:\n\t"                  \
    "ldr r2, [sp, #16]\n\t"   \
    "mov r0, r8\n\t"          \
    "mov r1, r9\n\t"          \
    "stm r2!, {r0, r1}\n\t"   \
    "mov r0, r10\n\t"         \
    "mov r1, r11\n\t"         \
    "stm r2!, {r0, r1}\n\t"   \
    "stm r2!, {r4-r7}\n\t"    \
    "pop {r4-r7}\n\t"         \
    "mov r8, r4\n\t"          \
    "mov r9, r5\n\t"          \
    "mov r10, r6\n\t"         \
    "mov r11, r7\n\t"         \
    "pop {r0, r4-r7, pc}\n"

#else

enum { TCM_SCALAR_PAIR_STEP = 56 };

/* Loads in a row cost one cycle each but for the last one. */
#define TCM_SCALAR_PAIR_FILTERS(first, second, both, upper, next_both, next_upper) \
    "ldrb.n r3, [r1, #" first "]\n\t"                                             \
    "ldrb r12, [r1, #" second "]\n\t"                                             \
    "mul r3, r2, r3\n\t"                                                          \
    "add.n " both ", r3\n\t"                                              \
    "add " upper ", " upper ", r3, lsr #16\n\t"                                   \
    "mul r12, r2, r12\n\t"                                                        \
    "add.n " next_both ", r12\n\t"                                   \
    "add " next_upper ", " next_upper ", r12, lsr #16\n\t"

#define TCM_SCALAR_PAIR_TAP(tap)                                                             \
    "ldr r2, [r0], #4\n\t"                                                                   \
    TCM_SCALAR_PAIR_FILTERS("4 * " tap, "4 * " tap " + 1", "r8", "r4", "r9", "r5")           \
    TCM_SCALAR_PAIR_FILTERS("4 * " tap " + 2", "4 * " tap " + 3", "r10", "r6", "r11", "r7")

#define TCM_SCALAR_PAIR_START         \
    "push {r1, r4-r11, lr}\n\t"       \
    "ldm r0, {r0, r1, r2, lr}\n\t"

#define TCM_SCALAR_PAIR_END         \
    "adds r1, #32\n\t"              \
    "cmp r0, lr\n\t"                \
    "bne.w 1b\n\t"                  \
    "pop {r0}\n\t"                  \
    "stm r0!, {r8-r11}\n\t"         \
    "stm r0!, {r4-r7}\n\t"          \
    "pop {r4-r11, pc}\n"

#endif

/* Aligned, because ADR counts from a multiple of four. */
__attribute__((naked, noinline, unused, aligned(4)))
static void tcm_scalar_pair_routine(__attribute__((unused)) const tcm_scalar_pair_product *product,
                                    __attribute__((unused)) tcm_scalar_pair_sums *sums)
{
    __asm__ volatile(
        ".syntax unified\n\t"
        TCM_SCALAR_PAIR_START
        "movs r4, #0\n\t"
        "movs r5, #0\n\t"
        "movs r6, #0\n\t"
        "movs r7, #0\n\t"
        "mov r8, r4\n\t"
        "mov r9, r4\n\t"
        "mov r10, r4\n\t"
        "mov r11, r4\n\t"
        "adr r3, 1f\n\t"
        "adds r3, #1\n\t"
        "add r2, r3\n\t"
        "bx r2\n\t"
        ".p2align 2\n"
        "1:\n\t"
        TCM_SCALAR_PAIR_TAP("0")
        TCM_SCALAR_PAIR_TAP("1")
        TCM_SCALAR_PAIR_TAP("2")
        TCM_SCALAR_PAIR_TAP("3")
        TCM_SCALAR_PAIR_TAP("4")
        TCM_SCALAR_PAIR_TAP("5")
        TCM_SCALAR_PAIR_TAP("6")
        TCM_SCALAR_PAIR_TAP("7")
        TCM_SCALAR_PAIR_END);
}

TCM_KERNEL void tcm_scalar_pair_products_4(const uint32_t *column, const uint8_t *weights, int32_t taps,
                                           tcm_scalar_pair_sums *sums)
{
    const int32_t skipped = (TCM_SCALAR_TAPS - taps % TCM_SCALAR_TAPS) % TCM_SCALAR_TAPS;
    const tcm_scalar_pair_product product = {
        .column = column,
        .weights = (uintptr_t)weights - (uintptr_t)(skipped * TCM_SCALAR_FILTERS),
        .skipped_bytes = skipped * TCM_SCALAR_PAIR_STEP,
        .column_end = column + taps,
    };
    tcm_scalar_pair_routine(&product, sums);
}

#else

TCM_KERNEL void tcm_scalar_pair_products_4(const uint32_t *column, const uint8_t *weights, int32_t taps,
                                           tcm_scalar_pair_sums *sums)
{
    tcm_scalar_pair_products(column, weights, taps, TCM_SCALAR_FILTERS, sums);
}

#endif

/* The outputs of ``block`` filters on two columns. */
TCM_KERNEL void tcm_scalar_multiply_pair_block(const uint32_t *column, const uint32_t column_sums[2], int32_t taps,
                                               const uint8_t *weights, const int32_t *parameters, int32_t block,
                                               int8_t *first, int8_t *second, const tcm_scalar_outputs *outputs)
{
    tcm_scalar_pair_sums sums;
    if (block == TCM_SCALAR_FILTERS) {
        tcm_scalar_pair_products_4(column, weights, taps, &sums);
    } else {
        tcm_scalar_pair_products(column, weights, taps, block, &sums);
    }
    for (int32_t i = 0; i < block; i++) {
        const uint32_t upper = sums.upper[i];
        const uint32_t lower = sums.both[i] - (upper << 16);
        const uint32_t bias = (uint32_t)parameters[4 * i];
        first[i] = tcm_scalar_output((int32_t)(lower + bias - 128 * column_sums[0]), parameters + 4 * i + 1, outputs);
        second[i] = tcm_scalar_output((int32_t)(upper + bias - 128 * column_sums[1]), parameters + 4 * i + 1, outputs);
    }
}

/* The outputs of all filters on two columns. parameters: as of tcm_scalar_multiply. */
TCM_KERNEL void tcm_scalar_multiply_pair(const uint32_t *column, const uint32_t column_sums[2], int32_t taps,
                                         const uint8_t *weights, const int32_t *parameters, int32_t filters,
                                         int8_t *first, int8_t *second, const tcm_scalar_outputs *outputs)
{
    for (int32_t i = 0; i < filters / TCM_SCALAR_FILTERS; i++) {
        tcm_scalar_multiply_pair_block(column, column_sums, taps, weights, parameters, TCM_SCALAR_FILTERS, first,
                                       second, outputs);
        weights += TCM_SCALAR_FILTERS * taps;
        parameters += 4 * TCM_SCALAR_FILTERS;
        first += TCM_SCALAR_FILTERS;
        second += TCM_SCALAR_FILTERS;
    }
    if (filters % TCM_SCALAR_FILTERS != 0) {
        tcm_scalar_multiply_pair_block(column, column_sums, taps, weights, parameters, filters % TCM_SCALAR_FILTERS,
                                       first, second, outputs);
    }
}

#endif
