# libcommon: base (pure), domain (the replica of a journal), edge, fake.

BASE_SOURCES := $(sort $(wildcard libcommon/base/*.c))
BASE_OBJECTS := $(call objects,$(BASE_SOURCES))
$(B)/libbase.a: $(BASE_OBJECTS)
PURE_OBJECTS += $(BASE_OBJECTS)

DOMAIN_SOURCES := $(sort $(wildcard libcommon/domain/*.c))
$(B)/libdomain.a: $(call objects,$(DOMAIN_SOURCES))

EDGE_SOURCES := $(sort $(wildcard libcommon/edge/*.c))
$(B)/libedge.a: $(call objects,$(EDGE_SOURCES))

FAKE_SOURCES := $(sort $(wildcard libcommon/fake/*.c))
$(B)/libfake.a: $(call objects,$(FAKE_SOURCES))

BASE_LIBS := -lcrypto
EDGE_LIBS := -lnats -luv -lmicrohttpd -lcurl -lhiredis -lprotobuf-c \
	-lwebsockets -lssl -lcrypto -lz -lseccomp -lpthread -lm
