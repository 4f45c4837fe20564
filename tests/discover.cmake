# Lists the cases of one test executable for ctest: cmake -P, run after each link.
#   EXECUTABLE  the test program     PREFIX  put before each name     LABEL  ctest label
#   OUTPUT      the file to write    FOLDER  where the cases run
# Names may hold anything but a line end: semicolons too, which CMake's lists would split at.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${EXECUTABLE} --list-test-cases --no-version
                WORKING_DIRECTORY ${FOLDER} OUTPUT_VARIABLE listing RESULT_VARIABLE status)
set(script "")
function(list_case name filter)
  string(APPEND script "add_test([==[${PREFIX}${name}]==] [==[${EXECUTABLE}]==] ${filter})\n"
         "set_tests_properties([==[${PREFIX}${name}]==] PROPERTIES"
         " WORKING_DIRECTORY [==[${FOLDER}]==] LABELS [==[${LABEL}]==] TIMEOUT 300)\n")
  set(script "${script}" PARENT_SCOPE)
endfunction()
if(NOT status EQUAL 0)
  list_case("cannot list its cases" "--list-test-cases")
  set(listing "")
endif()
while(TRUE)
  string(FIND "${listing}" "\n" end)
  if(end EQUAL -1)
    break()
  endif()
  string(SUBSTRING "${listing}" 0 ${end} name)
  math(EXPR next "${end} + 1")
  string(SUBSTRING "${listing}" ${next} -1 listing)
  if(name MATCHES "^(\\[doctest\\]|=====|$)")
    continue()
  endif()
  string(REPLACE "," "\\," filter "${name}")  # doctest splits its filters at commas
  list_case("${name}" "[==[--test-case=${filter}]==]")
endwhile()
file(WRITE ${OUTPUT} "${script}")
