/* Winograd's convolution F(2x2, 3x3) in exact integers, for cores with the DSP extension: transform of inputs, products.
 *
 * A tile is 2 x 2 outputs; its patch d is 4 x 4 inputs. With a filter g, both of one channel, the tile is
 *
 *     Y = A^T ((G g G^T) .* (B^T d B)) A      16 products instead of 36
 *
 *     B^T = 1  0 -1  0     2 G = 2  0  0     A^T = 1  1  1  0
 *           0  1  1  0           1  1  1           0  1 -1 -1
 *           0 -1  1  0           1 -1  1
 *           0  1  0 -1           0  0  2
 *
 * 2 G instead of G makes all of them integers, and Y exactly four times too large. Sums over channels may wrap on the
 * way: what matters is that 4 Y fits 32 bits, which ops/conv2d/kernels_winograd_dsp.py checks.
 *
 * Four tiles side by side are computed at a time, on two filters; halves of a word are two channels. One pair of
 * channels at one of the 16 positions is 16 multiply-accumulates in 11 instructions (13 on a Cortex-M4, 15 on an M7). */
#ifndef TCM_DSP_WINOGRAD_H
#define TCM_DSP_WINOGRAD_H

#include "tcm_dsp_pipelined.h"

enum {
    TCM_WINOGRAD_TILES = 4,
    TCM_WINOGRAD_COLUMNS = 10, /* of the patches of four tiles; neighbours share two */
    TCM_WINOGRAD_POSITIONS = 16,
    TCM_WINOGRAD_PAIR_WORDS = TCM_WINOGRAD_POSITIONS * TCM_WINOGRAD_TILES,
    TCM_WINOGRAD_SUMS = TCM_WINOGRAD_POSITIONS * TCM_WINOGRAD_TILES * 2
};

/* B^T d for one column of the patches: inputs of four rows, one pair of channels. */
TCM_KERNEL void tcm_winograd_column(const uint32_t inputs[4], int32_t is_odd, uint32_t transformed[4])
{
    uint32_t rows[4];
    TCM_UNROLL
    for (int32_t i = 0; i < 4; i++) {
        rows[i] = (uint32_t)(is_odd ? tcm_sxtb16_odd(inputs[i]) : tcm_sxtb16(inputs[i]));
    }
    transformed[0] = tcm_ssub16(rows[0], rows[2]);
    transformed[3] = tcm_ssub16(rows[1], rows[3]);
    transformed[2] = tcm_ssub16(rows[2], rows[1]);
    transformed[1] = tcm_sadd16(rows[1], rows[2]);
}

/* B^T d B of four tiles, one pair of channels. patches: [column][row] words of four channels. target:
 * [position][tile] pairs. */
TCM_KERNEL void tcm_winograd_pair(const uint32_t *patches, int32_t is_odd, uint32_t *target)
{
    uint32_t columns[TCM_WINOGRAD_COLUMNS][4];
    tcm_winograd_column(patches, is_odd, columns[0]);
    tcm_winograd_column(patches + 4, is_odd, columns[1]);
    TCM_UNROLL
    for (int32_t tile = 0; tile < TCM_WINOGRAD_TILES; tile++) {
        uint32_t *const first = columns[2 * tile];
        uint32_t *const second = columns[2 * tile + 1];
        uint32_t *const third = columns[2 * tile + 2];
        uint32_t *const fourth = columns[2 * tile + 3];
        tcm_winograd_column(patches + 8 * tile + 8, is_odd, third);
        TCM_UNROLL
        for (int32_t i = 0; i < 4; i++) {
            uint32_t *const row = target + 4 * i * TCM_WINOGRAD_TILES + tile;
            row[0] = tcm_ssub16(first[i], third[i]);
            row[TCM_WINOGRAD_TILES] = tcm_sadd16(second[i], third[i]);
            row[2 * TCM_WINOGRAD_TILES] = tcm_ssub16(third[i], second[i]);
        }
        tcm_winograd_column(patches + 8 * tile + 12, is_odd, fourth);
        TCM_UNROLL
        for (int32_t i = 0; i < 4; i++) {
            target[(4 * i + 3) * TCM_WINOGRAD_TILES + tile] = tcm_ssub16(second[i], fourth[i]);
        }
    }
}

/* Not inlined, so that layers share the code. */
__attribute__((noinline, unused)) static void tcm_winograd_even_pair(const uint32_t *patches, uint32_t *target)
{
    tcm_winograd_pair(patches, 0, target);
}

__attribute__((noinline, unused)) static void tcm_winograd_odd_pair(const uint32_t *patches, uint32_t *target)
{
    tcm_winograd_pair(patches, 1, target);
}

typedef struct {
    const uint32_t *inputs; /* [pairs][position][tile] */
    const int32_t *weights; /* [position][pairs][2 filters] */
    int32_t *sums;          /* [position][2 filters][tile] */
    int32_t pairs;
} tcm_winograd_product;

/* Defines a function that computes the sums over the channels at all positions.
 *
 * r0 inputs, r1 weights, r2 - r9 sums, r10 and r11 pairs of two tiles, r12 and lr weights. Frame: 0 end of the sums, 4
 * from the end of a position's inputs back to the next one's start, 8 sums, 12 end of the first position's inputs,
 * which those of later positions pass in their last step only, 16 entry. The loop of TCM_DSP_TURN steps is entered
 * where as many are left as the last, incomplete turn has. A pair has inputs of 2^pair_shift bytes, position_bytes of
 * them at each position; a step has step_bytes of code. */
#define TCM_WINOGRAD_PRODUCT(name, steps, step_bytes, pair_shift, position_bytes, sums_bytes)                         \
    __attribute__((naked, noinline, unused, aligned(4))) static void name(                                            \
        __attribute__((unused)) const tcm_winograd_product *product)                                                  \
    {                                                                                                                 \
        __asm__ volatile(                                                                                             \
            "push {r4-r11, lr}\n\t"                                                                                   \
            "sub sp, sp, #20\n\t"                                                                                     \
            "ldm r0, {r0, r1, r2, r3}\n\t"                                                                            \
            "lsl r4, r3, #" pair_shift "\n\t"                                                                         \
            "add r5, r0, r4\n\t"                                                                                      \
            "sub r4, r4, #" position_bytes "\n\t"                                                                     \
            "add r6, r2, #" sums_bytes "\n\t"                                                                         \
            "sub r3, r3, #1\n\t"                                                                                      \
            "and r3, r3, #" TCM_DSP_TURN "-1\n\t"                                                                     \
            "mov r7, #" step_bytes "\n\t"                                                                             \
            "adr.w r8, 3f\n\t"                                                                                        \
            "mls r7, r3, r7, r8\n\t"                                                                                  \
            "orr r7, r7, #1\n\t"                                                                                      \
            "strd r6, r4, [sp]\n\t"                                                                                   \
            "strd r2, r5, [sp, #8]\n\t"                                                                               \
            "str r7, [sp, #16]\n"                                                                                     \
            "1:\n\t"                                                                                                  \
            steps                                                                                                     \
            "ldm sp, {r10, r11, r12}\n\t"                                                                             \
            "sub r0, r0, r11\n\t"                                                                                     \
            "stm r12!, {r2-r9}\n\t"                                                                                   \
            "str r12, [sp, #8]\n\t"                                                                                   \
            "cmp r12, r10\n\t"                                                                                        \
            "bne.w 1b\n\t"                                                                                            \
            "add sp, sp, #20\n\t"                                                                                     \
            "pop {r4-r11, pc}");                                                                                      \
    }

/* The first step multiplies only. */
#define TCM_WINOGRAD_STEPS(first_step, step)  \
    first_step                                \
    "ldr pc, [sp, #16]\n"                     \
    "2:\n\t"                                  \
    ".rept " TCM_DSP_TURN "\n\t"              \
    step                                      \
    ".endr\n"                                 \
    "3:\n\t"                                  \
    "ldr r12, [sp, #12]\n\t"                  \
    "cmp r0, r12\n\t"                         \
    "blo.w 2b\n\t"

/* Four tiles and two filters: r2 - r5 sums of the first filter, r6 - r9 of the second. */
#if TCM_DSP_PIPELINED
#define TCM_WINOGRAD_FOUR_TILES          \
    "movs r2, #0\n\t"                    \
    "movs r6, #0\n\t"                    \
    TCM_DSP_PIPELINED_SUMS               \
    TCM_DSP_PIPELINED_STEPS(TCM_DSP_PIPELINED_WORDS, "ldr.w r10, [r0]\n\t", "256", "add.w r0, r0, #256\n\t", "16", \
                            "12", "blo.w")

TCM_WINOGRAD_PRODUCT(tcm_winograd_sums, TCM_WINOGRAD_FOUR_TILES, "60", "8", "16", "512")
#else
#define TCM_WINOGRAD_FIRST_STEP          \
    TCM_DSP_WORDS("r12", "lr")           \
    "smuad r4, r10, r12\n\t"             \
    "smuad r5, r11, r12\n\t"             \
    "smuad r8, r10, lr\n\t"              \
    "smuad r9, r11, lr\n\t"              \
    "ldrd r10, r11, [r0], #256\n\t"      \
    "smuad r2, r10, r12\n\t"             \
    "smuad r3, r11, r12\n\t"             \
    "smuad r6, r10, lr\n\t"              \
    "smuad r7, r11, lr\n\t"

#define TCM_WINOGRAD_STEP                \
    TCM_DSP_WORDS("r12", "lr")           \
    "smlad r4, r10, r12, r4\n\t"         \
    "smlad r5, r11, r12, r5\n\t"         \
    "smlad r8, r10, lr, r8\n\t"          \
    "smlad r9, r11, lr, r9\n\t"          \
    "ldrd r10, r11, [r0], #256\n\t"      \
    "smlad r2, r10, r12, r2\n\t"         \
    "smlad r3, r11, r12, r3\n\t"         \
    "smlad r6, r10, lr, r6\n\t"          \
    "smlad r7, r11, lr, r7\n\t"

#define TCM_WINOGRAD_FOUR_TILES TCM_WINOGRAD_STEPS(TCM_WINOGRAD_FIRST_STEP, TCM_WINOGRAD_STEP)

TCM_WINOGRAD_PRODUCT(tcm_winograd_sums, TCM_WINOGRAD_FOUR_TILES, "36+" TCM_DSP_WORDS_BYTES, "8", "16", "512")
#endif

#endif
