"""Tools for reading XML.

xml_text  finds the root element, and repairs text that parsers reject
bounds    cuts documents that would cost feedparser too much time
fields    reads values from feedparser's dictionaries, and recognises HTML in texts without a type
cdata     removes and repairs marks of CDATA sections
"""
