// The table whose key is typed.
#include "libmesh/base/id_vector.h"

#include <doctest/doctest.h>

#include <string>
#include <type_traits>

#include "libmesh/base/id.h"

namespace mesh {

static_assert(!std::is_convertible_v<ClusterId, EndpointId>);
static_assert(!std::is_convertible_v<int, ClusterId>);

TEST_CASE("id_vector: add hands out dense ids, none is outside") {
  IdVector<ClusterId, std::string> names;
  CHECK(names.add("a") == ClusterId{0});
  CHECK(names.add("b") == ClusterId{1});
  CHECK(names[ClusterId{1}] == "b");
  CHECK(names.contains(ClusterId{1}));
  CHECK_FALSE(names.contains(ClusterId{2}));
  CHECK_FALSE(names.contains(ClusterId::none()));
  CHECK_FALSE(ClusterId::none().valid());
  names.resize(4, "z");
  CHECK(names.size() == 4);
  CHECK(names[ClusterId{3}] == "z");
}

}  // namespace mesh
