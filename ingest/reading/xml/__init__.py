"""Tools for reading XML.

xml_text  finds the root element, and repairs text that parsers reject
bounds    cuts documents that would cost feedparser too much time
fields    typed access to feedparser's dictionaries
cdata     removes and repairs marks of CDATA sections
untyped   recognises HTML in Atom texts without a type
"""
