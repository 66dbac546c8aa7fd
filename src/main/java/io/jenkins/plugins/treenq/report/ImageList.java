// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import com.thoughtworks.xstream.XStreamException;
import com.thoughtworks.xstream.converters.MarshallingContext;
import com.thoughtworks.xstream.converters.UnmarshallingContext;
import com.thoughtworks.xstream.converters.collections.AbstractCollectionConverter;
import com.thoughtworks.xstream.io.HierarchicalStreamReader;
import com.thoughtworks.xstream.io.HierarchicalStreamWriter;
import com.thoughtworks.xstream.mapper.Mapper;
import hudson.util.CopyOnWriteList;
import hudson.util.RobustReflectionConverter;

/** Images in the order of their making: one branch of a run may save them while another adds to them. */
final class ImageList extends CopyOnWriteList<BuiltImage> {
    /** One image after the other. The first version saved a map of them, by the names of their artifacts. */
    public static final class ConverterImpl extends AbstractCollectionConverter {
        public ConverterImpl(Mapper mapper) {
            super(mapper);
        }

        @Override
        @SuppressWarnings("rawtypes")
        public boolean canConvert(Class type) {
            return type == ImageList.class;
        }

        @Override
        public void marshal(Object source, HierarchicalStreamWriter writer, MarshallingContext context) {
            ((ImageList) source).forEach(image -> writeCompleteItem(image, context, writer));
        }

        @Override
        public ImageList unmarshal(HierarchicalStreamReader reader, UnmarshallingContext context) {
            ImageList images = new ImageList();
            while (reader.hasMoreChildren()) {
                reader.moveDown();
                boolean named = reader.getNodeName().equals("entry");
                if (named) {
                    reader.moveDown();
                    reader.moveUp();
                    reader.moveDown();
                }
                try {
                    images.add((BuiltImage) readBareItem(reader, context, images));
                } catch (XStreamException | LinkageError e) {
                    RobustReflectionConverter.addErrorInContext(context, e);
                }
                if (named) {
                    reader.moveUp();
                }
                reader.moveUp();
            }
            return images;
        }
    }
}
