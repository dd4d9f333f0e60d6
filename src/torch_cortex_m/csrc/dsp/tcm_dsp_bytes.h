/* Sums of two or four filters on inputs that stay bytes, for cores with the DSP extension; see tcm_dsp_matrix.h for
 * streams. Four inputs are unpacked where they are needed, 3 instructions for 16 multiply-accumulates, instead of once
 * for all filters into a column, which takes memory. */
#ifndef TCM_DSP_BYTES_H
#define TCM_DSP_BYTES_H

#include "tcm_dsp_columns.h"

/* One pair of inputs and two filters. */
TCM_KERNEL void tcm_dsp_add_pair(int32_t inputs, int32_t weights, const tcm_dsp_layer *layer, int32_t sums[2])
{
    const int32_t is_superposed = layer->form == TCM_DSP_FORM_SUPERPOSED;
    sums[0] = tcm_smlad(inputs, tcm_sxtb16((uint32_t)weights), sums[0]);
    sums[1] = tcm_smlad(inputs, is_superposed ? weights : tcm_sxtb16_odd((uint32_t)weights), sums[1]);
}

/* Plain sums of ``couples`` <= 2 times two filters, whose streams follow each other. */
TCM_KERNEL void tcm_dsp_byte_sums(const int8_t *input, int32_t length, const int32_t *stream,
                                  const tcm_dsp_layer *layer, int32_t couples, int32_t sums[4])
{
    const int32_t *weights[2];
    TCM_UNROLL
    for (int32_t i = 0; i < couples; i++) {
        const int32_t *first = stream + i * tcm_dsp_stream_words(layer);
        sums[2 * i] = first[0];
        sums[2 * i + 1] = first[1];
        weights[i] = first + 2;
    }
    TCM_UNROLL_BY_4
    for (int32_t word = 0; word < length / 4; word++) {
        const uint32_t bytes = tcm_load_word(input);
        const int32_t even = tcm_sxtb16(bytes);
        const int32_t odd = tcm_sxtb16_odd(bytes);
        input += 4;
        TCM_UNROLL
        for (int32_t i = 0; i < couples; i++) {
            tcm_dsp_add_pair(even, weights[i][0], layer, sums + 2 * i);
            tcm_dsp_add_pair(odd, weights[i][1], layer, sums + 2 * i);
            weights[i] += 2;
        }
    }
    const uint32_t rest = tcm_dsp_rest_of_run(input, length % 4);
    TCM_UNROLL
    for (int32_t i = 0; i < couples; i++) {
        if (length % 4 > 0) {
            tcm_dsp_add_pair(tcm_sxtb16(rest), weights[i][0], layer, sums + 2 * i);
        }
        if (length % 4 == 3) {
            tcm_dsp_add_pair(tcm_sxtb16_odd(rest), weights[i][1], layer, sums + 2 * i);
        }
        if (layer->form == TCM_DSP_FORM_SUPERPOSED) {
            sums[2 * i + 1] = (int32_t)((uint32_t)sums[2 * i + 1] - (uint32_t)sums[2 * i]) >> 8;
        }
    }
}

/* The outputs of ``filters`` <= 4 filters. */
TCM_KERNEL void tcm_dsp_multiply_bytes_4(const int8_t *input, int32_t length, const int32_t *stream, int8_t *output,
                                         const tcm_dsp_layer *layer, int32_t filters)
{
    int32_t sums[4];
    tcm_dsp_byte_sums(input, length, stream, layer, (filters + 1) / 2, sums);
    TCM_UNROLL
    for (int32_t i = 0; i < filters; i++) {
        const int32_t *parameters = stream + (i / 2 + 1) * tcm_dsp_stream_words(layer) - 6 + i % 2 * 3;
        output[i] = tcm_dsp_output_of_sum(sums[i], parameters, i % 2, layer);
    }
}

/* All filters on one run of inputs. */
TCM_KERNEL void tcm_dsp_multiply_bytes(const int8_t *input, int32_t length, const int32_t *stream, int8_t *output,
                                       const tcm_dsp_layer *layer)
{
    for (int32_t filter = 0; filter < layer->filters / 4 * 4; filter += 4) {
        tcm_dsp_multiply_bytes_4(input, length, stream, output, layer, 4);
        stream += 2 * tcm_dsp_stream_words(layer);
        output += 4;
    }
    if (layer->filters % 4 > 0) {
        tcm_dsp_multiply_bytes_4(input, length, stream, output, layer, layer->filters % 4);
    }
}

#endif
