// What the files of this target share.
#include "objects.h"

// Counts bytes against the memory limit; false when it would be passed.
bool lm_reserve_memory(int64_t bytes);
void lm_return_memory(int64_t bytes);
lm_map *lm_map_make_empty(void);
void lm_map_free_entries(lm_map *map);

// Memory for objects (blocks.c). The size is given back with the block.
void *lm_block_allocate(int64_t bytes);
void lm_block_free(void *block, int64_t bytes);
void *lm_block_grow(void *block, int64_t old_bytes, int64_t new_bytes);
