/* Patches of 4 x 4 pixels, for depthwise convolution on MVE: a register holds a patch of one channel, so that VMLADAV
 * with a filter gives an output. Filters of up to 3 x 3 at one of four places in the patch give four outputs with stride
 * 1; with a larger stride, filters of up to 4 x 4 give one.
 *
 * Channels are taken in fours. Rows of input are stored as blocks of four columns: [channels / 4][4 columns][4
 * channels]. Four of them are interleaved to a strip, [columns][4 rows][4 channels], of which VLD4 makes the patches of
 * four channels at any column. Rows and columns may change places: pixel_step and row_step say where they are. */
#ifndef TCM_MVE_PATCHES_H
#define TCM_MVE_PATCHES_H

#include "tcm_mve_rows.h"

/* Stores `blocks` blocks of four columns, `vectors` vectors of 16 channels from each address; the next block's columns
 * are `step` bytes further. */
TCM_KERNEL void tcm_mve_store_blocks(int8_t *to, const int8_t *column_0, const int8_t *column_1,
                                     const int8_t *column_2, const int8_t *column_3, int32_t vectors, int32_t step,
                                     int32_t blocks)
{
    int32_t rest = blocks;
    __asm__ volatile(".set tcm_near, %c[vectors] == 1 && %c[step] > 0 && %c[step] <= 127\n"
                     ".if tcm_near\n"
                     "dls lr, %5\n"
                     ".else\n"
                     "2:\n"
                     "dls lr, %6\n"
                     ".endif\n"
                     "1:\n"
                     ".if tcm_near\n"
                     "vldrb.8 q0, [%1], %[step]\n"
                     "vldrb.8 q1, [%2], %[step]\n"
                     "vldrb.8 q2, [%3], %[step]\n"
                     "vldrb.8 q3, [%4], %[step]\n"
                     ".else\n"
                     "vldrb.8 q0, [%1], #16\n"
                     "vldrb.8 q1, [%2], #16\n"
                     "vldrb.8 q2, [%3], #16\n"
                     "vldrb.8 q3, [%4], #16\n"
                     ".endif\n"
                     "vst40.32 {q0, q1, q2, q3}, [%0]\n"
                     "vst41.32 {q0, q1, q2, q3}, [%0]\n"
                     "vst42.32 {q0, q1, q2, q3}, [%0]\n"
                     "vst43.32 {q0, q1, q2, q3}, [%0]!\n"
                     "le lr, 1b\n"
                     ".if !tcm_near\n"
                     "add %1, %1, %7\n"
                     "add %2, %2, %7\n"
                     "add %3, %3, %7\n"
                     "add %4, %4, %7\n"
                     "subs %5, %5, #1\n"
                     "bne 2b\n"
                     ".endif\n"
                     : "+&r"(to), "+&r"(column_0), "+&r"(column_1), "+&r"(column_2), "+&r"(column_3), "+&r"(rest)
                     : "r"(vectors), "r"(step - 16 * vectors), [vectors] "i"(vectors), [step] "i"(step)
                     : "lr", "q0", "q1", "q2", "q3", "cc", "memory");
}

/* The strip of four rows of blocks, for the four channels at these addresses. Blocks are block_bytes apart. */
TCM_KERNEL void tcm_mve_store_strip(int8_t *strip, const int8_t *row_0, const int8_t *row_1, const int8_t *row_2,
                                    const int8_t *row_3, int32_t blocks, int32_t block_bytes)
{
    __asm__ volatile("dls lr, %5\n"
                     "1:\n"
                     ".if %c[step] <= 508\n"
                     "vldrw.32 q0, [%1], %[step]\n"
                     "vldrw.32 q1, [%2], %[step]\n"
                     "vldrw.32 q2, [%3], %[step]\n"
                     "vldrw.32 q3, [%4], %[step]\n"
                     ".else\n"
                     "vldrw.32 q0, [%1]\n"
                     "add %1, %1, %[step]\n"
                     "vldrw.32 q1, [%2]\n"
                     "add %2, %2, %[step]\n"
                     "vldrw.32 q2, [%3]\n"
                     "add %3, %3, %[step]\n"
                     "vldrw.32 q3, [%4]\n"
                     "add %4, %4, %[step]\n"
                     ".endif\n"
                     "vst40.32 {q0, q1, q2, q3}, [%0]\n"
                     "vst41.32 {q0, q1, q2, q3}, [%0]\n"
                     "vst42.32 {q0, q1, q2, q3}, [%0]\n"
                     "vst43.32 {q0, q1, q2, q3}, [%0]!\n"
                     "le lr, 1b\n"
                     : "+&r"(strip), "+&r"(row_0), "+&r"(row_1), "+&r"(row_2), "+&r"(row_3)
                     : "r"(blocks), [step] "i"(block_bytes)
                     : "lr", "q0", "q1", "q2", "q3", "cc", "memory");
}

/* The patches of four channels at r3, to q0-q3. */
#define TCM_MVE_LOAD_PATCHES                                                                                          \
    "vld40.8 {q0, q1, q2, q3}, [r3]\n"                                                                                \
    "vld41.8 {q0, q1, q2, q3}, [r3]\n"                                                                                \
    "vld42.8 {q0, q1, q2, q3}, [r3]\n"                                                                                \
    "vld43.8 {q0, q1, q2, q3}, [r3]\n"

/* Products of one output of four channels. The filters at r5 have zeros between them, so that reading them from some
 * bytes before (`back`) moves them in the patch: 4 to the next column, 1 to the next row. The vectors v are made of the
 * sums of the output before. */
#define TCM_MVE_PATCH_OUTPUT(back, sum_0, sum_1, sum_2, sum_3, FIRST_HALF, SECOND_HALF)                               \
    "vldrb.8 q7, [r5, #0 - " back "]\n vmladav.s8 " sum_0 ", q7, q0\n"                                                \
    "vldrb.8 q7, [r5, #16 - " back "]\n" FIRST_HALF "vmladav.s8 " sum_1 ", q7, q1\n"                                  \
    "vldrb.8 q7, [r5, #32 - " back "]\n" SECOND_HALF "vmladav.s8 " sum_2 ", q7, q2\n"                                 \
    "vldrb.8 q7, [r5, #48 - " back "]\n vmladav.s8 " sum_3 ", q7, q3\n"

/* The same for the last output of a patch, after which no patch is needed: biases come to q1, multipliers to q2, right
 * shifts to q3 (unless rounding is general). */
#define TCM_MVE_PATCH_LAST_OUTPUT(back, sum_0, sum_1, sum_2, sum_3, FIRST_HALF, SECOND_HALF)                          \
    "vldrb.8 q7, [r5, #16 - " back "]\n vmladav.s8 " sum_1 ", q7, q1\n"                                               \
    "vldrb.8 q7, [r5, #0 - " back "]\n" FIRST_HALF "vmladav.s8 " sum_0 ", q7, q0\n"                                   \
    "vldrb.8 q7, [r5, #32 - " back "]\n" SECOND_HALF "vmladav.s8 " sum_2 ", q7, q2\n"                                 \
    TCM_MVE_IF_PLAIN("vldrw.32 q1, [r11]\n")                                                                          \
    TCM_MVE_IF_PLAIN(TCM_MVE_IF_ROWS_OR_COLUMNS("vadd.i32 q4, q4, q1\n"))                                             \
    "vldrb.8 q7, [r5, #48 - " back "]\n"                                                                              \
    TCM_MVE_IF_PLAIN(TCM_MVE_IF_ROWS_AND_COLUMNS("vadd.i32 q5, q5, q1\n"))                                            \
    "vmladav.s8 " sum_3 ", q7, q3\n"                                                                                  \
    TCM_MVE_IF_PLAIN("vldrw.32 q2, [r11, #16]\n")                                                                     \
    TCM_MVE_IF_PLAIN(TCM_MVE_IF_ROWS_AND_COLUMNS("vadd.i32 q6, q6, q1\n"))                                            \
    TCM_MVE_IF_PLAIN("vldrw.32 q3, [r11, #32]\n")

/* For some kinds of patches and of rounding only. */
#define TCM_MVE_IF_PLAIN(text) ".if %c[rounding] != 2\n" text ".endif\n"
#define TCM_MVE_IF_SIGNED(text) ".if %c[rounding] == 1\n" text ".endif\n"
#define TCM_MVE_IF_COLUMNS(text) ".if tcm_columns == 2\n" text ".endif\n"
#define TCM_MVE_IF_ROWS(text) ".if tcm_rows == 2\n" text ".endif\n"
#define TCM_MVE_IF_ROWS_AND_COLUMNS(text) ".if tcm_rows + tcm_columns == 4\n" text ".endif\n"
#define TCM_MVE_IF_ROWS_OR_COLUMNS(text) ".if tcm_rows + tcm_columns != 2\n" text ".endif\n"

/* Half of the lanes of a vector of sums. */
#define TCM_MVE_PATCH_LANES_0_2(v, sum_0, sum_2) "vmov " v "[2], " v "[0], " sum_0 ", " sum_2 "\n"
#define TCM_MVE_PATCH_LANES_1_3(v, sum_1, sum_3) "vmov " v "[3], " v "[1], " sum_1 ", " sum_3 "\n"

/* The sums of a patch to vectors, columns of the first row in q4 and q5, of the second one in q6 and q0; with their
 * biases unless rounding is general, but the last one of four outputs is not yet a vector. */
#define TCM_MVE_PATCH_OUTPUTS                                                                                         \
    ".if tcm_columns + tcm_rows == 2\n"                                                                               \
    TCM_MVE_PATCH_LAST_OUTPUT("0", "r0", "r2", "r4", "r6", "", "")                                                    \
    TCM_MVE_PATCH_LANES_0_2("q4", "r0", "r4") TCM_MVE_PATCH_LANES_1_3("q4", "r2", "r6")                               \
    TCM_MVE_IF_PLAIN("vadd.i32 q4, q4, q1\n")                                                                         \
    ".else\n"                                                                                                         \
    TCM_MVE_PATCH_OUTPUT("0", "r0", "r2", "r4", "r6", "", "")                                                         \
    ".endif\n"                                                                                                        \
    ".if tcm_columns == 2 && tcm_rows == 1\n"                                                                         \
    TCM_MVE_PATCH_LAST_OUTPUT("4", "r8", "r10", "r12", "r0", TCM_MVE_PATCH_LANES_0_2("q4", "r0", "r4"),               \
                              TCM_MVE_PATCH_LANES_1_3("q4", "r2", "r6"))                                              \
    TCM_MVE_PATCH_LANES_0_2("q5", "r8", "r12") TCM_MVE_PATCH_LANES_1_3("q5", "r10", "r0")                             \
    TCM_MVE_IF_PLAIN("vadd.i32 q5, q5, q1\n")                                                                         \
    ".elseif tcm_columns == 1 && tcm_rows == 2\n"                                                                     \
    TCM_MVE_PATCH_LAST_OUTPUT("1", "r8", "r10", "r12", "r0", TCM_MVE_PATCH_LANES_0_2("q4", "r0", "r4"),               \
                              TCM_MVE_PATCH_LANES_1_3("q4", "r2", "r6"))                                              \
    TCM_MVE_PATCH_LANES_0_2("q6", "r8", "r12") TCM_MVE_PATCH_LANES_1_3("q6", "r10", "r0")                             \
    TCM_MVE_IF_PLAIN("vadd.i32 q6, q6, q1\n")                                                                         \
    ".elseif tcm_columns + tcm_rows == 4\n"                                                                           \
    TCM_MVE_PATCH_OUTPUT("4", "r8", "r10", "r12", "r0", TCM_MVE_PATCH_LANES_0_2("q4", "r0", "r4"),                    \
                         TCM_MVE_PATCH_LANES_1_3("q4", "r2", "r6"))                                                   \
    TCM_MVE_PATCH_OUTPUT("1", "r2", "r4", "r6", "r8", TCM_MVE_PATCH_LANES_0_2("q5", "r8", "r12"),                     \
                         TCM_MVE_PATCH_LANES_1_3("q5", "r10", "r0"))                                                  \
    TCM_MVE_PATCH_LAST_OUTPUT("5", "r10", "r12", "r0", "r2", TCM_MVE_PATCH_LANES_0_2("q6", "r2", "r6"),               \
                              TCM_MVE_PATCH_LANES_1_3("q6", "r4", "r8"))                                              \
    ".endif\n"

/* An operation on each output of a patch, of which tcm_columns and tcm_rows say how many there are. */
#define TCM_MVE_EACH_OUTPUT(OPERATION)                                                                                \
    OPERATION("q4")                                                                                                   \
    ".if tcm_columns == 2\n"                                                                                          \
    OPERATION("q5")                                                                                                   \
    ".endif\n"                                                                                                        \
    ".if tcm_rows == 2\n"                                                                                             \
    OPERATION("q6")                                                                                                   \
    ".if tcm_columns == 2\n"                                                                                          \
    OPERATION("q0")                                                                                                   \
    ".endif\n"                                                                                                        \
    ".endif\n"

/* These are the operations. */
#define TCM_MVE_PATCH_BIAS(v) "vadd.i32 " v ", " v ", q1\n"
#define TCM_MVE_PATCH_SHIFT_LEFT(v) "vshl.s32 " v ", " v ", q1\n"
#define TCM_MVE_PATCH_SHIFT_RIGHT(v) "vrshl.s32 " v ", " v ", q3\n"
#define TCM_MVE_PATCH_OFFSET(v) "vadd.i32 " v ", " v ", r9\n"
#define TCM_MVE_PATCH_MULTIPLY(v)                                                                                     \
    "vshr.s32 q3, " v ", #31\n"                                                                                       \
    "vqrdmulh.s32 " v ", " v ", q2\n"                                                                                 \
    "vand q3, q3, q1\n"                                                                                               \
    "vadd.i32 " v ", " v ", q3\n"

/* Outputs of the channels with the parameters at r11, requantized in place, with general rounding. */
#define TCM_MVE_REQUANTIZE_PATCH_GENERALLY                                                                            \
    "vldrw.32 q1, [r11]\n"                                                                                            \
    TCM_MVE_EACH_OUTPUT(TCM_MVE_PATCH_BIAS)                                                                           \
    "vldrw.32 q1, [r11, #16]\n"                                                                                       \
    TCM_MVE_EACH_OUTPUT(TCM_MVE_PATCH_SHIFT_LEFT)                                                                     \
    "vldrw.32 q1, [r11, #48]\n"                                                                                       \
    "vldrw.32 q2, [r11, #32]\n"                                                                                       \
    TCM_MVE_EACH_OUTPUT(TCM_MVE_PATCH_MULTIPLY)                                                                       \
    "vldrw.32 q3, [r11, #64]\n"                                                                                       \
    TCM_MVE_EACH_OUTPUT(TCM_MVE_PATCH_SHIFT_RIGHT)                                                                    \
    TCM_MVE_EACH_OUTPUT(TCM_MVE_PATCH_OFFSET)

/* The same with the other kinds of rounding; the last one of four outputs gets its lanes and biases. Multiplications
 * alternate with what other units do. */
#define TCM_MVE_REQUANTIZE_PATCH                                                                                      \
    TCM_MVE_PATCH_SCALE("q4")                                                                                         \
    TCM_MVE_IF_ROWS_AND_COLUMNS(TCM_MVE_PATCH_LANES_0_2("q0", "r10", "r0"))                                           \
    TCM_MVE_IF_ROWS(TCM_MVE_PATCH_SCALE("q6") "vrshl.s32 q6, q6, q3\n")                                               \
    TCM_MVE_IF_ROWS("vqmovnb.s32 q6, q6\n")                                                                           \
    TCM_MVE_IF_ROWS_AND_COLUMNS(TCM_MVE_PATCH_LANES_1_3("q0", "r12", "r2") "vadd.i32 q0, q0, q1\n")                   \
    TCM_MVE_IF_ROWS_AND_COLUMNS(TCM_MVE_PATCH_SCALE("q0"))                                                            \
    "vrshl.s32 q4, q4, q3\n"                                                                                          \
    TCM_MVE_IF_ROWS_AND_COLUMNS("vrshl.s32 q0, q0, q3\n")                                                             \
    TCM_MVE_IF_COLUMNS(TCM_MVE_PATCH_SCALE("q5"))                                                                     \
    "vqmovnb.s32 q4, q4\n"                                                                                            \
    TCM_MVE_IF_ROWS_AND_COLUMNS("vqmovnt.s32 q6, q0\n")                                                               \
    TCM_MVE_IF_COLUMNS("vrshl.s32 q5, q5, q3\n")

#define TCM_MVE_PATCH_SCALE(v)                                                                                        \
    TCM_MVE_IF_SIGNED("vshr.s32 q7, " v ", #31\n")                                                                    \
    "vqrdmulh.s32 " v ", " v ", q2\n"                                                                                 \
    TCM_MVE_IF_SIGNED("vadd.i32 " v ", " v ", q7\n")

/* The output offset in a register (unless general rounding has added it), the clamp and the narrowing to bytes of
 * 16-bit lanes; `limit` changes. */
#define TCM_MVE_CLAMP_PATCH(v, limit, offset)                                                                         \
    ".if %c[rounding] != 2\n"                                                                                         \
    "vqadd.s16 " v ", " v ", " offset "\n"                                                                            \
    ".endif\n"                                                                                                        \
    ".if %c[clamp] & 1\n"                                                                                             \
    "mov r0, %[low]\n"                                                                                                \
    "vdup.16 " limit ", r0\n"                                                                                         \
    "vmax.s16 " v ", " v ", " limit "\n"                                                                              \
    ".endif\n"                                                                                                        \
    ".if %c[clamp] & 2\n"                                                                                             \
    "mov r0, %[high]\n"                                                                                               \
    "vdup.16 " limit ", r0\n"                                                                                         \
    "vmin.s16 " v ", " v ", " limit "\n"                                                                              \
    ".endif\n"                                                                                                        \
    "vqmovnb.s16 " v ", " v "\n"

/* Stores the bottom halves of v as the channels of one pixel and goes to the next one. If "partial", the predicate says
 * how many channels there are. */
#define TCM_MVE_STORE_PIXEL(v, pointer)                                                                               \
    ".if %c[partial]\n"                                                                                               \
    "vpst\n"                                                                                                          \
    "vstrbt.32 " v ", [" pointer "]\n"                                                                                \
    "add " pointer ", " pointer ", %[pixel_step]\n"                                                                   \
    ".elseif %c[pixel_step] > 127\n"                                                                                  \
    "vstrb.32 " v ", [" pointer "]\n"                                                                                 \
    "add " pointer ", " pointer ", %[pixel_step]\n"                                                                   \
    ".else\n"                                                                                                         \
    "vstrb.32 " v ", [" pointer "], %[pixel_step]\n"                                                                  \
    ".endif\n"

/* Stores one row of a patch. */
#define TCM_MVE_STORE_ROW(v, pointer)                                                                                 \
    TCM_MVE_STORE_PIXEL(v, pointer)                                                                                   \
    TCM_MVE_IF_COLUMNS("vshr.u32 " v ", " v ", #16\n" TCM_MVE_STORE_PIXEL(v, pointer))

/* The outputs of the patches in q0-q3, tcm_columns x tcm_rows, to rows at r1 and r7; then the next patches, at r3. */
#define TCM_MVE_PATCH                                                                                                 \
    TCM_MVE_PATCH_OUTPUTS                                                                                             \
    ".if %c[rounding] == 2\n"                                                                                         \
    TCM_MVE_IF_ROWS_AND_COLUMNS(TCM_MVE_PATCH_LANES_0_2("q0", "r10", "r0") TCM_MVE_PATCH_LANES_1_3("q0", "r12", "r2"))\
    TCM_MVE_REQUANTIZE_PATCH_GENERALLY                                                                                \
    TCM_MVE_IF_ROWS("vqmovnb.s32 q6, q6\n") TCM_MVE_IF_ROWS_AND_COLUMNS("vqmovnt.s32 q6, q0\n")                       \
    "vqmovnb.s32 q4, q4\n"                                                                                            \
    ".else\n"                                                                                                         \
    TCM_MVE_REQUANTIZE_PATCH                                                                                          \
    ".endif\n"                                                                                                        \
    "vld40.8 {q0, q1, q2, q3}, [r3]\n" TCM_MVE_IF_COLUMNS("vqmovnt.s32 q4, q5\n")                                     \
    "vld41.8 {q0, q1, q2, q3}, [r3]\n" TCM_MVE_CLAMP_PATCH("q4", "q7", "r9")                                          \
    "vld42.8 {q0, q1, q2, q3}, [r3]\n" TCM_MVE_IF_ROWS(TCM_MVE_CLAMP_PATCH("q6", "q7", "r9"))                         \
    "vld43.8 {q0, q1, q2, q3}, [r3]\n" TCM_MVE_STORE_PIXEL("q4", "r1")                                                \
    TCM_MVE_IF_COLUMNS("vshr.u32 q4, q4, #16\n") TCM_MVE_IF_ROWS(TCM_MVE_STORE_PIXEL("q6", "r7"))                     \
    TCM_MVE_IF_COLUMNS(TCM_MVE_STORE_PIXEL("q4", "r1"))                                                               \
    TCM_MVE_IF_ROWS_AND_COLUMNS("vshr.u32 q6, q6, #16\n" TCM_MVE_STORE_PIXEL("q6", "r7"))                             \
    "add r3, r3, #32\n"

/* Sets the predicate to the mask in r0, and back to what it was. */
#define TCM_MVE_SET_PREDICATE ".if %c[partial]\n vmrs r12, p0\n push {r12}\n vmsr p0, r0\n.endif\n"
#define TCM_MVE_RESET_PREDICATE ".if %c[partial]\n pop {r12}\n vmsr p0, r12\n.endif\n"

/* Stride 1: r8 times two columns, then an odd one. r7 and r9 are saved here because they may be reserved. */
#define TCM_MVE_PATCHES                                                                                               \
    TCM_MVE_SET_PREDICATE                                                                                             \
    "push {r7, r9}\n"                                                                                                 \
    "mov r9, %[offset]\n"                                                                                             \
    ".if %c[row_step] > 4095\n movw r7, #%c[row_step] & 0xffff\n"                                                     \
    ".if %c[row_step] > 0xffff\n movt r7, #%c[row_step] >> 16\n.endif\n"                                              \
    "add r7, r7, r1\n"                                                                                                \
    ".else\n add r7, r1, %[row_step]\n.endif\n"                                                                       \
    ".set tcm_rows, %c[rows]\n"                                                                                       \
    ".set tcm_columns, 2\n" TCM_MVE_LOAD_PATCHES                                                                      \
    "add r3, r3, #32\n"                                                                                               \
    "wls lr, r8, 2f\n"                                                                                                \
    "1:\n"                                                                                                            \
    TCM_MVE_PATCH                                                                                                     \
    "le lr, 1b\n"                                                                                                     \
    "2:\n"                                                                                                            \
    ".set tcm_columns, 1\n"                                                                                           \
    ".if %c[odd]\n"                                                                                                   \
    TCM_MVE_PATCH                                                                                                     \
    ".endif\n"                                                                                                        \
    "pop {r7, r9}\n"                                                                                                  \
    TCM_MVE_RESET_PREDICATE TCM_MVE_ROOM

/* A larger stride: the sums of one output of four channels, of which q4-q6 have the first three filters. */
#define TCM_MVE_PATCH_SUMS(sum_0, sum_1, sum_2, sum_3, AFTER_1, AFTER_2)                                              \
    "vmladav.s8 " sum_0 ", q4, q0\n vldrw.32 q0, [r5, #48]\n"                                                         \
    "vmladav.s8 " sum_1 ", q5, q1\n" AFTER_1                                                                          \
    "vmladav.s8 " sum_2 ", q6, q2\n" AFTER_2                                                                          \
    "vmladav.s8 " sum_3 ", q0, q3\n"

/* Requantizes the sums in q7 and q0, of which q7 has its biases (unless rounding is general), to q7. */
#define TCM_MVE_STRIDED_SCALE                                                                                         \
    ".if %c[rounding] == 2\n"                                                                                         \
    "vmov q1, q0\n"                                                                                                   \
    "vmov q0, q7\n" TCM_MVE_REQUANTIZE_PAIR(TCM_MVE_AT_R11)                                                           \
    "vqmovnb.s32 q7, q3\n" TCM_MVE_IF_COLUMNS("vqmovnt.s32 q7, q0\n")                                                 \
    ".else\n"                                                                                                         \
    TCM_MVE_IF_COLUMNS("vadd.i32 q0, q0, q1\n")                                                                       \
    TCM_MVE_IF_SIGNED("vshr.s32 q1, q7, #31\n")                                                                       \
    "vqrdmulh.s32 q7, q7, q2\n"                                                                                       \
    TCM_MVE_IF_SIGNED("vadd.i32 q7, q7, q1\n" TCM_MVE_IF_COLUMNS("vshr.s32 q1, q0, #31\n"))                           \
    TCM_MVE_IF_COLUMNS("vqrdmulh.s32 q0, q0, q2\n")                                                                   \
    "vrshl.s32 q7, q7, q3\n"                                                                                          \
    TCM_MVE_IF_SIGNED(TCM_MVE_IF_COLUMNS("vadd.i32 q0, q0, q1\n"))                                                    \
    "vqmovnb.s32 q7, q7\n"                                                                                            \
    TCM_MVE_IF_COLUMNS("vrshl.s32 q0, q0, q3\n vqmovnt.s32 q7, q0\n")                                                 \
    ".endif\n"

/* Two outputs of the patches in q0-q3 and of those at r3, after which the next ones are loaded. */
#define TCM_MVE_STRIDED_PAIR                                                                                          \
    TCM_MVE_PATCH_SUMS("r0", "r2", "r4", "r6", "", "")                                                                \
    "vld40.8 {q0, q1, q2, q3}, [r3]\n" TCM_MVE_PATCH_LANES_0_2("q7", "r0", "r4")                                      \
    "vld41.8 {q0, q1, q2, q3}, [r3]\n"                                                                                \
    "vld42.8 {q0, q1, q2, q3}, [r3]\n" TCM_MVE_PATCH_LANES_1_3("q7", "r2", "r6")                                      \
    "vld43.8 {q0, q1, q2, q3}, [r3]\n"                                                                                \
    "add r3, r3, %[step]\n"                                                                                           \
    TCM_MVE_PATCH_SUMS("r2", "r10", "r12", "r0", TCM_MVE_IF_PLAIN("vldrw.32 q1, [r11]\n"),                            \
                       TCM_MVE_IF_PLAIN("vldrw.32 q2, [r11, #16]\n vadd.i32 q7, q7, q1\n"))                           \
    TCM_MVE_IF_PLAIN("vldrw.32 q3, [r11, #32]\n")                                                                     \
    TCM_MVE_PATCH_LANES_0_2("q0", "r2", "r12") TCM_MVE_PATCH_LANES_1_3("q0", "r10", "r0")                             \
    TCM_MVE_STRIDED_SCALE                                                                                             \
    ".if %c[clamp]\n" TCM_MVE_CLAMP_PATCH("q7", "q3", "r8") ".endif\n"                                                \
    "vld40.8 {q0, q1, q2, q3}, [r3]\n"                                                                                \
    "vld41.8 {q0, q1, q2, q3}, [r3]\n"                                                                                \
    ".if !%c[clamp] && %c[rounding] != 2\n vqadd.s16 q7, q7, r8\n.endif\n"                                            \
    "vld42.8 {q0, q1, q2, q3}, [r3]\n"                                                                                \
    ".if !%c[clamp]\n vqmovnb.s16 q7, q7\n.endif\n"                                                                   \
    "vld43.8 {q0, q1, q2, q3}, [r3]\n"                                                                                \
    "add r3, r3, %[step]\n" TCM_MVE_STORE_ROW("q7", "r1")

/* The last output of an odd number. */
#define TCM_MVE_STRIDED_LAST                                                                                          \
    TCM_MVE_PATCH_SUMS("r0", "r2", "r4", "r6", "", "")                                                                \
    TCM_MVE_PATCH_LANES_0_2("q7", "r0", "r4") TCM_MVE_PATCH_LANES_1_3("q7", "r2", "r6")                               \
    TCM_MVE_IF_PLAIN("vldrw.32 q1, [r11]\n vadd.i32 q7, q7, q1\n vldrw.32 q2, [r11, #16]\n vldrw.32 q3, [r11, #32]\n")\
    TCM_MVE_STRIDED_SCALE TCM_MVE_CLAMP_PATCH("q7", "q3", "r8") TCM_MVE_STORE_ROW("q7", "r1")

#define TCM_MVE_STRIDED_PATCHES                                                                                       \
    TCM_MVE_SET_PREDICATE                                                                                             \
    "vldrw.32 q4, [r5]\n"                                                                                             \
    "vldrw.32 q5, [r5, #16]\n"                                                                                        \
    "vldrw.32 q6, [r5, #32]\n" TCM_MVE_LOAD_PATCHES                                                                   \
    "add r3, r3, %[step]\n"                                                                                           \
    ".set tcm_rows, 1\n"                                                                                              \
    ".set tcm_columns, 2\n"                                                                                           \
    "wls lr, r2, 2f\n"                                                                                                \
    "1:\n" TCM_MVE_STRIDED_PAIR                                                                                       \
    "le lr, 1b\n"                                                                                                     \
    "2:\n"                                                                                                            \
    ".set tcm_columns, 1\n"                                                                                           \
    ".if %c[odd]\n" TCM_MVE_STRIDED_LAST                                                                              \
    ".endif\n"                                                                                                        \
    TCM_MVE_RESET_PREDICATE TCM_MVE_ROOM

/* Long strings of assembly are meant. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"

/* `columns` outputs of four channels, of which `count` are stored, from the strip at its first column: in `rows` rows of
 * output with stride 1, in one row with other strides. Reads up to 32 bytes beyond the strip, or 16 * stride. */
TCM_KERNEL void tcm_mve_patches(const int8_t *strip, const int8_t *filters, const int8_t *parameters, int8_t *output,
                                int32_t columns, int32_t rows, int32_t stride, int32_t pixel_step, int32_t row_step,
                                int32_t channels, int32_t count, int32_t rounding, int32_t output_offset,
                                int32_t activation_min, int32_t activation_max)
{
    const int32_t clamp = tcm_mve_clamp_kind(activation_min, activation_max);
    const int32_t partial = channels % 4 != 0;
    register int32_t r0 __asm__("r0") = partial ? (1 << (4 * count)) - 1 : 0;
    register int8_t *r1 __asm__("r1") = output;
    register const int8_t *r3 __asm__("r3") = strip;
    register const int8_t *r5 __asm__("r5") = filters;
    register const int8_t *r11 __asm__("r11") = parameters;
    if (stride == 1) {
        register int32_t r8 __asm__("r8") = columns / 2;
        __asm__ volatile(TCM_MVE_PATCHES
                         : "+r"(r0), "+r"(r1), "+r"(r3), "+r"(r8)
                         : "r"(r5), "r"(r11), TCM_MVE_REQUANTIZE_OPERANDS, [pixel_step] "i"(pixel_step),
                           [row_step] "i"(rows == 2 ? row_step : 0), [partial] "i"(partial), [rows] "i"(rows),
                           [odd] "i"(columns % 2)
                         : "r2", "r4", "r6", "r10", "r12", "lr", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "cc",
                           "memory");
    } else {
        register int32_t r2 __asm__("r2") = columns / 2;
        register int32_t r8 __asm__("r8") = output_offset;
        __asm__ volatile(TCM_MVE_STRIDED_PATCHES
                         : "+r"(r0), "+r"(r1), "+r"(r3), "+r"(r2)
                         : "r"(r5), "r"(r11), "r"(r8), TCM_MVE_REQUANTIZE_OPERANDS, [pixel_step] "i"(pixel_step),
                           [partial] "i"(partial), [step] "i"(16 * stride), [odd] "i"(columns % 2)
                         : "r4", "r6", "r10", "r12", "lr", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7",
                           "cc", "memory");
    }
}

#pragma GCC diagnostic pop

#endif
