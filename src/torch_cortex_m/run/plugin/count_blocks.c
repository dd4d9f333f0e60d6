/*
 * A QEMU TCG plugin that counts how often control passes from one translation block to another.
 *
 *     -plugin count_blocks.so,out=FILE,mark=ADDRESS
 *
 * A translation block is a run of instructions that QEMU translates at once; it is entered only at
 * its first instruction. Each execution of the block at ADDRESS, a function's entry, ends a phase
 * and starts the next one. FILE, at the end, has these lines:
 *
 *     phase                            for each phase, followed by its edges
 *     SOURCE TARGET COUNT              indices of blocks in the order of their first translation
 *     blocks                           at the end, followed by one line a block
 *     ADDRESS INSTRUCTIONS             block 0 is the state before the first instruction
 *
 * Only block addresses and numbers of instructions are asked for: QEMU 7.2 tells a wrong size of
 * the instruction that ends a page of 1 KiB. A block that accesses a device is left in its middle
 * and the rest runs as another block, so its instructions count twice; code between two marks that
 * accesses no device is counted exactly, and the marking function's own share is the same in every
 * phase.
 */
#include "qemu_plugin.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct edge {
    struct block *target;
    struct edge *next;
    uint64_t count;
} edge;

typedef struct block {
    uint64_t address;
    size_t instructions;
    uint32_t index;
    bool is_mark;
    edge *edges;
    struct block *next;
    struct block *next_in_bucket;
} block;

enum { BUCKETS = 1 << 14 };

static block before_start;
static block *previous = &before_start;
static block *last_block = &before_start;
static block *buckets[BUCKETS];
static uint64_t mark_address;
static FILE *file;

static void *allocate(size_t bytes)
{
    void *memory = calloc(1, bytes);
    if (memory == NULL) {
        fputs("count_blocks: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

static block *find_block(uint64_t address, size_t instructions)
{
    block **bucket = &buckets[((address >> 1) * 31 + instructions) % BUCKETS];
    for (block *known = *bucket; known != NULL; known = known->next_in_bucket) {
        if (known->address == address && known->instructions == instructions) {
            return known;
        }
    }
    block *new_block = allocate(sizeof *new_block);
    new_block->address = address;
    new_block->instructions = instructions;
    new_block->index = last_block->index + 1;
    new_block->is_mark = address == mark_address;
    new_block->next_in_bucket = *bucket;
    *bucket = new_block;
    last_block->next = new_block;
    last_block = new_block;
    return new_block;
}

static edge *find_edge(block *source, block *target)
{
    for (edge *known = source->edges; known != NULL; known = known->next) {
        if (known->target == target) {
            return known;
        }
    }
    edge *new_edge = allocate(sizeof *new_edge);
    new_edge->target = target;
    new_edge->next = source->edges;
    source->edges = new_edge;
    return new_edge;
}

static void write_phase(void)
{
    fputs("phase\n", file);
    for (block *source = &before_start; source != NULL; source = source->next) {
        for (edge *each = source->edges; each != NULL; each = each->next) {
            if (each->count != 0) {
                fprintf(file, "%" PRIu32 " %" PRIu32 " %" PRIu64 "\n", source->index,
                        each->target->index, each->count);
                each->count = 0;
            }
        }
    }
}

static void on_execution(unsigned int core, void *data)
{
    block *current = data;
    (void)core;
    if (current->is_mark) {
        write_phase();
    }
    find_edge(previous, current)->count++;
    previous = current;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *translated)
{
    (void)id;
    block *current =
        find_block(qemu_plugin_tb_vaddr(translated), qemu_plugin_tb_n_insns(translated));
    qemu_plugin_register_vcpu_tb_exec_cb(translated, on_execution, QEMU_PLUGIN_CB_NO_REGS, current);
}

static void on_exit(qemu_plugin_id_t id, void *data)
{
    (void)id;
    (void)data;
    write_phase();
    fputs("blocks\n", file);
    for (const block *each = &before_start; each != NULL; each = each->next) {
        fprintf(file, "%" PRIu64 " %zu\n", each->address, each->instructions);
    }
    fclose(file);
}

__attribute__((visibility("default"))) int qemu_plugin_install(
    qemu_plugin_id_t id, const qemu_info_t *info, int argument_count, char **arguments)
{
    (void)info;
    for (int i = 0; i < argument_count; i++) {
        if (strncmp(arguments[i], "out=", 4) == 0) {
            file = fopen(arguments[i] + 4, "w");
        } else if (strncmp(arguments[i], "mark=", 5) == 0) {
            mark_address = strtoull(arguments[i] + 5, NULL, 0);
        }
    }
    if (file == NULL) {
        fputs("count_blocks: no file to write\n", stderr);
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_atexit_cb(id, on_exit, NULL);
    return 0;
}
