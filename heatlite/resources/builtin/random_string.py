"""OS::Heat::RandomString: a random string that is made once; any change of its properties makes a new one."""

from __future__ import annotations

from heatlite.resources.adoptable import is_text
from heatlite.resources.base import Resource
from heatlite.resources.builtin.characters import CLASSES, LETTERS_AND_DIGITS, random_string
from heatlite.resources.schema import Attribute, Property, SupportStatus, Type
from heatlite.schema.constraints import AllowedValues, Length, Range

LENGTH, SEQUENCE, SALT = "length", "sequence", "salt"
CHARACTER_CLASSES, CHARACTER_SEQUENCES = "character_classes", "character_sequences"
CLASS, MIN = "class", "min"

VALUE = "value"
LENGTHS = Range(1, 512)
NAMED_CLASS = AllowedValues(tuple(CLASSES))


class RandomString(Resource):
    """A string for passwords and secrets. get_resource returns it; the physical id reveals nothing of it."""

    support_status = SupportStatus(version="2014.1")
    immediate = True
    properties_schema = {
        LENGTH: Property(Type.INTEGER, "Length of the string.", default=32, constraints=(LENGTHS,)),
        SEQUENCE: Property(Type.STRING, f"Older form of {CHARACTER_CLASSES}: one class.", constraints=(NAMED_CLASS,)),
        CHARACTER_CLASSES: Property(
            Type.LIST,
            "Classes of characters to choose from, each with a minimum number of characters.",
            default=[{CLASS: LETTERS_AND_DIGITS, MIN: 1}],
            schema=Property(
                Type.MAP,
                schema={
                    CLASS: Property(
                        Type.STRING,
                        "A class of characters.",
                        default=LETTERS_AND_DIGITS,
                        constraints=(NAMED_CLASS,),
                    ),
                    MIN: Property(Type.INTEGER, "The minimum number.", default=1, constraints=(LENGTHS,)),
                },
            ),
        ),
        CHARACTER_SEQUENCES: Property(
            Type.LIST,
            "Sequences of characters to choose from, each with a minimum number of characters.",
            schema=Property(
                Type.MAP,
                schema={
                    SEQUENCE: Property(Type.STRING, "The characters.", required=True, constraints=(Length(min=1),)),
                    MIN: Property(Type.INTEGER, "The minimum number.", default=1, constraints=(LENGTHS,)),
                },
            ),
        ),
        SALT: Property(Type.STRING, "Change it to get a new string; it has no other effect."),
    }
    adoptable_data = {VALUE: is_text}
    attributes_schema = {VALUE: Attribute("The random string.", Type.STRING)}

    def validate(self) -> None:
        """Check that the minimum numbers fit into the length."""
        if not self.known(LENGTH, SEQUENCE, CHARACTER_CLASSES, CHARACTER_SEQUENCES):
            return
        least = sum(minimum for _, minimum in self.wanted())
        if least > self.properties[LENGTH]:
            raise self.property_error(
                LENGTH,
                "Length property cannot be smaller than combined character class and character sequence"
                f" minimums ({self.properties[LENGTH]} < {least})",
            )
        if not any(characters for characters, _ in self.wanted()):
            raise self.property_error(CHARACTER_SEQUENCES, "there is no character to choose from")

    def wanted(self) -> list[tuple[str, int]]:
        """Return each set of characters with its minimum number."""
        sequences = self.properties.get(CHARACTER_SEQUENCES) or []
        return [(each[SEQUENCE], each[MIN]) for each in sequences] + self.wanted_classes()

    def wanted_classes(self) -> list[tuple[str, int]]:
        """Return the classes; the older ``sequence`` replaces the default classes and extends others, as in Heat."""
        classes = self.properties.get(CHARACTER_CLASSES) or []
        older = self.properties.get(SEQUENCE)
        if older:
            if classes == self.properties_schema[CHARACTER_CLASSES].default:
                classes = []
            classes = [*classes, {CLASS: older, MIN: 1}]
        return [(CLASSES[each[CLASS]], each[MIN]) for each in classes]

    def handle_create(self) -> None:
        """Make the string."""
        self.data_set(VALUE, random_string(self.random, self.properties[LENGTH], self.wanted()))
        self.resource_id_set(self.physical_resource_name())

    def resolve_attribute(self, name: str) -> str | None:
        """Return ``value``: the string."""
        return self.data.get(VALUE)

    def reference(self) -> str:
        """Return the string; the name if there is no string yet."""
        return self.data.get(VALUE) or self.name
