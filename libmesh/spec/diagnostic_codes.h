// The stable codes of diagnostics: what each means in one line.
#pragma once

namespace mesh::code {

/// A code never changes its meaning and is never used again for another one.
struct Code {
  const char* id;
  const char* meaning;
};

// MS01xx: the text cannot be read.
inline constexpr Code syntax{"MS0101", "The YAML text is malformed."};
inline constexpr Code duplicate_key{"MS0102", "A mapping has the same key twice."};
inline constexpr Code wrong_type{"MS0103", "A value has another type than its field."};
inline constexpr Code unknown_field{"MS0104", "No field has this name."};
inline constexpr Code missing_field{"MS0105", "A required field is missing."};
inline constexpr Code unknown_word{"MS0106", "The field takes one of a list of words."};
inline constexpr Code malformed_value{"MS0107", "A duration, quantity or percentage is malformed."};
inline constexpr Code out_of_range{"MS0108", "A number is below or above what its field takes."};
inline constexpr Code unreadable_file{"MS0109", "A file does not exist or cannot be read."};
inline constexpr Code limit_exceeded{"MS0110", "The input is larger or deeper than the limits."};
inline constexpr Code bad_anchor{"MS0111", "An anchor is unknown or contains itself."};
inline constexpr Code not_an_object{"MS0112", "A document has no apiVersion or no kind."};
inline constexpr Code wrong_api_version{"MS0113", "The kind does not exist in this apiVersion."};

// MS02xx: Kubernetes or istiod refuses the object.
inline constexpr Code refused_field{"MS0201", "The field is refused."};
inline constexpr Code invalid_name{"MS0202", "A name breaks the rules for names."};
inline constexpr Code exclusive_fields{"MS0203", "Fields exclude each other."};
inline constexpr Code one_needed{"MS0204", "One of several fields is needed."};
inline constexpr Code duplicate_name{"MS0205", "A name stands twice in one list."};
inline constexpr Code invalid_duration{"MS0206", "A duration is too short, too long or negative."};
inline constexpr Code invalid_percentage{"MS0207", "A percentage lies outside 0 to 100."};
inline constexpr Code invalid_host{"MS0208", "A host is not a domain name that may stand here."};
inline constexpr Code invalid_port{"MS0209", "A port number, port name or protocol is invalid."};
inline constexpr Code invalid_labels{"MS0210", "Labels or a selector are invalid."};
inline constexpr Code invalid_weight{"MS0211", "Weights of a route are invalid."};
inline constexpr Code invalid_match{"MS0212", "A match cannot be evaluated."};
inline constexpr Code invalid_route{"MS0213", "A route cannot be carried out."};
inline constexpr Code invalid_retries{"MS0214", "A retry policy is invalid."};
inline constexpr Code invalid_fault{"MS0215", "A fault injection is invalid."};
inline constexpr Code invalid_headers{"MS0216", "Header operations are invalid."};
inline constexpr Code invalid_load_balancer{"MS0217", "A load balancer setting is invalid."};
inline constexpr Code invalid_tls{"MS0218", "TLS settings are invalid."};
inline constexpr Code invalid_server{"MS0219", "A gateway's server is invalid."};

// MS03xx: nothing is wrong, and still the reader should know.
inline constexpr Code not_simulated{"MS0301", "Istio knows the field; it is not simulated yet."};
inline constexpr Code kind_not_used{"MS0302", "Objects of this kind are not used."};
inline constexpr Code object_replaced{"MS0303", "A later object replaces one of the same name."};
inline constexpr Code surprising{"MS0304", "Istio accepts this although it surprises."};
inline constexpr Code deprecated{"MS0305", "The field is deprecated."};

// MS04xx: the scenario itself.
inline constexpr Code invalid_distribution{"MS0401", "A distribution cannot be sampled."};
inline constexpr Code improbable{"MS0402", "A value is possible and hardly meant."};
inline constexpr Code invalid_step{"MS0403", "A step of a script is none that there is."};
inline constexpr Code invalid_load{"MS0404", "A load cannot be carried out."};
inline constexpr Code invalid_time{"MS0405", "A time lies outside its window."};
inline constexpr Code second_scenario{"MS0406", "There is more than one Scenario document."};
inline constexpr Code invalid_override{"MS0407", "The path of an override leads nowhere."};
inline constexpr Code ambiguous_override{"MS0408", "The path of an override leads to several."};
inline constexpr Code nothing_included{"MS0409", "A file, folder or pattern gives no documents."};

}  // namespace mesh::code
