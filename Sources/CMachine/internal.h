// What the files of this target share.
#include "objects.h"

// Counts bytes against the memory limit; false when it would be passed.
bool lm_reserve_memory(int64_t bytes);
void lm_return_memory(int64_t bytes);
lm_map *lm_map_make_empty(void);
void lm_map_free_entries(lm_map *map);
